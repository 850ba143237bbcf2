package io.tenantwarden.instrumentation.jdbc;

import static net.bytebuddy.matcher.ElementMatchers.hasSuperType;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isStatic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.returns;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** Any {@code javax.sql.DataSource}: both forms of {@code getConnection}. */
public final class DataSourceInstrumentation implements TypeInstrumentation {

    @Override
    public String name() {
        return "data source";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface()
                && hasSuperType(named("javax.sql.DataSource")).matches(type);
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.to(JdbcAdvice.GetConnection.class)
                .on(named("getConnection")
                        .and(returns(hasSuperType(named("java.sql.Connection"))))
                        .and(takesArguments(0).or(takesArguments(String.class, String.class)))
                        .and(not(isStatic()))
                        .and(not(isAbstract()))));
    }
}
