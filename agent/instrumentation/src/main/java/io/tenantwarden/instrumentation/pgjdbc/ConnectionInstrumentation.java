package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** {@code PgConnection}: told when it is ready; carries the session, so that pool proxies can be unwrapped to it. */
final class ConnectionInstrumentation implements TypeInstrumentation {

    @Override
    public String name() {
        return "driver connection";
    }

    @Override
    public boolean addsMembers() {
        return true;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("PgConnection");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return Holder.add(
                builder.visit(
                        Advice.to(DriverAdvice.ConnectionConstructor.class).on(isConstructor())),
                HasSession.class,
                "wardenSession");
    }
}
