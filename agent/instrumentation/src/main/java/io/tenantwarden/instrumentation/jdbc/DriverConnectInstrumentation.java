package io.tenantwarden.instrumentation.jdbc;

import static net.bytebuddy.matcher.ElementMatchers.hasSuperType;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isSynthetic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.Properties;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** Any {@code java.sql.Driver}: whether what it connects to PostgreSQL is covered. */
public final class DriverConnectInstrumentation implements TypeInstrumentation {

    @Override
    public String name() {
        return "driver of any kind";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface() && hasSuperType(named("java.sql.Driver")).matches(type);
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.to(JdbcAdvice.Connect.class)
                .on(named("connect")
                        .and(takesArguments(String.class, Properties.class))
                        .and(not(isSynthetic()))
                        .and(not(isAbstract()))));
    }
}
