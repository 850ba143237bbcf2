package io.tenantwarden.instrumentation.jdbc;

import static net.bytebuddy.matcher.ElementMatchers.hasSuperType;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.returns;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** Any {@code java.sql.Connection}: {@code close} ends what was captured when it was borrowed. */
public final class ConnectionCloseInstrumentation implements TypeInstrumentation {

    /** Made when the first class needs it, and once: the class file of the advice is read for it. */
    private static final class Visitor {
        static final AsmVisitorWrapper.ForDeclaredMethods ADVICE = Advice.to(JdbcAdvice.Close.class)
                .on(named("close")
                        .and(takesArguments(0))
                        .and(returns(void.class))
                        .and(not(isAbstract())));
    }

    @Override
    public String name() {
        return "connection";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface() && hasSuperType(named("java.sql.Connection")).matches(type);
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Visitor.ADVICE);
    }
}
