package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.returns;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** {@code QueryExecutorImpl}, of which the portable strategy wants nothing but the tags of commands that are complete, where it finds them. */
final class PortableExecutorInstrumentation implements TypeInstrumentation {

    private final boolean holds;

    /** @param holds whether it gets the field; else what is known of it is kept beside it */
    PortableExecutorInstrumentation(boolean holds) {
        this.holds = holds;
    }

    @Override
    public TypeInstrumentation bodiesOnly() {
        return new PortableExecutorInstrumentation(false);
    }

    @Override
    public String name() {
        return "driver query executor (jdbc)";
    }

    @Override
    public boolean addsMembers() {
        return holds;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("QueryExecutorImpl");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        DynamicType.Builder<?> advised = builder.visit(Advice.to(DriverAdvice.ReceiveCommandStatus.class)
                .on(named("receiveCommandStatus").and(takesArguments(0)).and(returns(String.class))));
        return holds ? Holder.add(advised, HasSession.class, "wardenSession") : advised;
    }
}
