package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * {@code PgStatement} and its subclasses, through the methods of {@code java.sql.Statement} and its subinterfaces that execute
 * something, and the one that the driver's own classes call ({@code executeWithFlags}). They call each other; only the
 * outermost decides.
 */
final class PortableStatementInstrumentation implements TypeInstrumentation {

    private final boolean holds;

    /** @param holds whether the class is the one that all others extend, which gets the field */
    PortableStatementInstrumentation(boolean holds) {
        this.holds = holds;
    }

    @Override
    public TypeInstrumentation bodiesOnly() {
        return new PortableStatementInstrumentation(false);
    }

    @Override
    public String name() {
        return "driver statement (jdbc)";
    }

    @Override
    public boolean addsMembers() {
        return holds;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().endsWith("Statement");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        ElementMatcher.Junction<MethodDescription> execute = named("execute")
                .or(named("executeQuery"))
                .or(named("executeUpdate"))
                .or(named("executeLargeUpdate"))
                .or(named("executeWithFlags"))
                .and(isPublic())
                .and(not(isAbstract()));
        ElementMatcher.Junction<MethodDescription> text = takesArgument(0, String.class);
        ElementMatcher.Junction<MethodDescription> withFlags =
                named("executeWithFlags").and(takesArguments(String.class, int.class));
        ElementMatcher.Junction<MethodDescription> batch = named("executeBatch").or(named("executeLargeBatch"));
        DynamicType.Builder<?> advised = builder.visit(Advice.to(PortableAdvice.ExecuteText.class)
                        .on(execute.and(text).and(not(withFlags))))
                .visit(Advice.to(PortableAdvice.ExecuteTextWithFlags.class).on(execute.and(withFlags)))
                .visit(Advice.to(PortableAdvice.Execute.class).on(execute.and(takesArguments(0))))
                .visit(Advice.to(PortableAdvice.ExecuteBatch.class)
                        .on(batch.and(isPublic()).and(takesArguments(0))))
                .visit(Advice.to(PortableAdvice.ExecuteWithFlags.class).on(execute.and(takesArguments(int.class))))
                .visit(Advice.to(PortableAdvice.AddBatch.class)
                        .on(named("addBatch").and(takesArguments(String.class))))
                .visit(Advice.to(PortableAdvice.ClearBatch.class)
                        .on(named("clearBatch").and(takesArguments(0))));
        return holds ? Holder.add(advised, HasStatement.class, "wardenStatement") : advised;
    }
}
