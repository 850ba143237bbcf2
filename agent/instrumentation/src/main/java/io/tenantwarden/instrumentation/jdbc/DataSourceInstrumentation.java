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
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.method.MethodList;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Any {@code javax.sql.DataSource}: both forms of {@code getConnection}. Also classes that declare both forms without being
 * one: a data source may inherit them (Tomcat's pool, pgjdbc's own); the engine looks at the object then.
 */
public final class DataSourceInstrumentation implements TypeInstrumentation {

    private static final ElementMatcher<MethodDescription> GET_CONNECTION = named("getConnection")
            .and(returns(hasSuperType(named("java.sql.Connection"))))
            .and(not(isStatic()))
            .and(not(isAbstract()));

    private static final ElementMatcher<MethodDescription> WITHOUT_USER = takesArguments(0);

    private static final ElementMatcher<MethodDescription> WITH_USER = takesArguments(String.class, String.class);

    /** Made when the first class needs it, and once: the class file of the advice is read for it. */
    private static final class Visitor {
        static final AsmVisitorWrapper.ForDeclaredMethods ADVICE = Advice.to(JdbcAdvice.GetConnection.class)
                .on(method ->
                        GET_CONNECTION.matches(method) && (WITHOUT_USER.matches(method) || WITH_USER.matches(method)));
    }

    @Override
    public String name() {
        return "data source";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return isDataSource(type);
    }

    static boolean isDataSource(TypeDescription type) {
        if (type.isInterface()) {
            return false;
        }
        MethodList<?> declared = type.getDeclaredMethods().filter(GET_CONNECTION);
        boolean without = !declared.filter(WITHOUT_USER).isEmpty();
        boolean with = !declared.filter(WITH_USER).isEmpty();
        return (without && with)
                || ((without || with)
                        && hasSuperType(named("javax.sql.DataSource")).matches(type));
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Visitor.ADVICE);
    }
}
