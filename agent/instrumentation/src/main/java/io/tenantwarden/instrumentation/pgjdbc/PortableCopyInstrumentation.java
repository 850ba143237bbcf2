package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** {@code CopyManager}: the two methods that start a COPY; the others call them. */
final class PortableCopyInstrumentation implements TypeInstrumentation {

    private final boolean holds;

    /** @param holds whether it gets the field; else what is known of it is kept beside it */
    PortableCopyInstrumentation(boolean holds) {
        this.holds = holds;
    }

    @Override
    public TypeInstrumentation bodiesOnly() {
        return new PortableCopyInstrumentation(false);
    }

    @Override
    public String name() {
        return "driver copy manager (jdbc)";
    }

    @Override
    public boolean addsMembers() {
        return holds;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("CopyManager");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        DynamicType.Builder<?> advised = builder.visit(Advice.to(PortableAdvice.CopyManagerConstructor.class)
                        .on(isConstructor().and(takesArgument(0, named(driver(type) + ".core.BaseConnection")))))
                .visit(Advice.to(PortableAdvice.ExecuteText.class)
                        .on(named("copyIn")
                                .or(named("copyOut"))
                                .or(named("copyDual"))
                                .and(takesArguments(String.class))));
        return holds ? Holder.add(advised, HasSession.class, "wardenSession") : advised;
    }

    private static String driver(TypeDescription manager) {
        String name = manager.getPackage().getName();
        return name.substring(0, name.lastIndexOf('.'));
    }
}
