package io.tenantwarden.instrumentation.jdbc;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** The constructors of any {@code javax.sql.DataSource}, so that one is known before it was used. */
public final class DataSourceCreation implements TypeInstrumentation {

    @Override
    public String name() {
        return "data source creation";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return DataSourceInstrumentation.isDataSource(type);
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.to(JdbcAdvice.DataSourceConstructor.class).on(isConstructor()));
    }
}
