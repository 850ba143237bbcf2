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

/** {@code Fastpath}: the method that calls a function by its number; the others call it, and large objects call them. */
final class PortableFastpathInstrumentation implements TypeInstrumentation {

    private final boolean holds;

    /** @param holds whether it gets the field; else what is known of it is kept beside it */
    PortableFastpathInstrumentation(boolean holds) {
        this.holds = holds;
    }

    @Override
    public TypeInstrumentation bodiesOnly() {
        return new PortableFastpathInstrumentation(false);
    }

    @Override
    public String name() {
        return "driver fast path (jdbc)";
    }

    @Override
    public boolean addsMembers() {
        return holds;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("Fastpath");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        DynamicType.Builder<?> advised = builder.visit(Advice.to(PortableAdvice.CopyManagerConstructor.class)
                        .on(isConstructor().and(takesArgument(0, named(driver(type) + ".core.BaseConnection")))))
                .visit(Advice.to(PortableAdvice.Fastpath.class)
                        .on(named("fastpath").and(takesArguments(2)).and(takesArgument(0, int.class))));
        return holds ? Holder.add(advised, HasSession.class, "wardenSession") : advised;
    }

    private static String driver(TypeDescription fastpath) {
        String name = fastpath.getPackage().getName();
        return name.substring(0, name.lastIndexOf('.'));
    }
}
