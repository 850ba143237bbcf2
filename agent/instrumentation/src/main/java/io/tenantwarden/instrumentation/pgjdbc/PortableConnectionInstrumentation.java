package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** {@code PgConnection}, through the methods of {@code java.sql.Connection} alone. */
final class PortableConnectionInstrumentation implements TypeInstrumentation {

    private final boolean holds;

    /** @param holds whether it gets the field; else what is known of it is kept beside it */
    PortableConnectionInstrumentation(boolean holds) {
        this.holds = holds;
    }

    @Override
    public TypeInstrumentation bodiesOnly() {
        return new PortableConnectionInstrumentation(false);
    }

    @Override
    public String name() {
        return "driver connection (jdbc)";
    }

    @Override
    public boolean addsMembers() {
        return holds;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("PgConnection");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        DynamicType.Builder<?> advised = builder.visit(
                        Advice.to(PortableAdvice.ConnectionConstructor.class).on(isConstructor()))
                .visit(Advice.to(PortableAdvice.Prepare.class)
                        .on(named("prepareStatement")
                                .or(named("prepareCall"))
                                .and(isPublic())
                                .and(takesArgument(0, String.class))
                                .and(not(isAbstract()))))
                .visit(Advice.to(PortableAdvice.Commit.class)
                        .on(named("commit").and(takesArguments(0)).and(isPublic())))
                .visit(Advice.to(PortableAdvice.Rollback.class)
                        .on(named("rollback").and(takesArguments(0)).and(isPublic())))
                .visit(Advice.to(PortableAdvice.RollbackToSavepoint.class)
                        .on(named("rollback").and(takesArguments(1)).and(isPublic())))
                .visit(Advice.to(PortableAdvice.SetAutoCommit.class)
                        .on(named("setAutoCommit").and(takesArguments(boolean.class))));
        return holds ? Holder.add(advised, HasSession.class, "wardenSession") : advised;
    }
}
