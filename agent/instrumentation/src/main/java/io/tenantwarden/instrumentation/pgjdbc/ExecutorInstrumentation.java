package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.returns;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * {@code QueryExecutorImpl}: every statement of the driver passes through its {@code execute}, {@code startCopy},
 * {@code fastpathCall} and {@code sendOneQuery}. The class is the same in all versions of the 42 line but for the parameters of {@code execute},
 * which are therefore matched by name and first parameter.
 */
final class ExecutorInstrumentation implements TypeInstrumentation {

    @Override
    public String name() {
        return "driver query executor";
    }

    @Override
    public boolean addsMembers() {
        return true;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return type.getSimpleName().equals("QueryExecutorImpl");
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        ElementMatcher.Junction<MethodDescription> anyExecute = named("execute")
                .and(takesArgument(5, int.class))
                .and(takesArgument(0, simpleName("Query")).or(takesArgument(0, simpleName("Query[]"))));
        DynamicType.Builder<?> advised = builder.visit(
                        Advice.to(DriverAdvice.ExecutorConstructor.class).on(isConstructor()))
                .visit(Advice.to(DriverAdvice.Execute.class).on(anyExecute))
                .visit(Advice.to(DriverAdvice.StartCopy.class)
                        .on(named("startCopy").and(takesArguments(String.class, boolean.class))))
                .visit(Advice.to(DriverAdvice.FastpathCall.class)
                        .on(named("fastpathCall").and(takesArguments(3)).and(takesArgument(2, boolean.class))))
                .visit(Advice.to(DriverAdvice.SendOneQuery.class)
                        .on(named("sendOneQuery").and(takesArguments(5)).and(takesArgument(4, int.class))))
                .visit(Advice.to(DriverAdvice.ReceiveCommandStatus.class)
                        .on(named("receiveCommandStatus").and(takesArguments(0)).and(returns(String.class))))
                .visit(Advice.to(DriverAdvice.InterpretCommandStatus.class)
                        .on(named("interpretCommandStatus").and(takesArgument(0, String.class))))
                .visit(Advice.to(DriverAdvice.ReceiveReadyForQuery.class)
                        .on(named("receiveRFQ").and(takesArguments(0))));
        return Holder.add(advised, HasSession.class, "wardenSession");
    }

    private static ElementMatcher<TypeDescription> simpleName(String name) {
        return type -> type.getSimpleName().equals(name);
    }
}
