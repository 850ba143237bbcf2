package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.returns;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.bootstrap.HasColumns;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.matcher.ElementMatcher;

/** {@code Tuple}, a row as it came from the server: gives its columns without reflection. */
final class TupleInstrumentation implements TypeInstrumentation {

    private static final ElementMatcher.Junction<MethodDescription> GET =
            named("get").and(takesArguments(int.class)).and(returns(byte[].class));

    @Override
    public String name() {
        return "driver row";
    }

    @Override
    public boolean addsMembers() {
        return true;
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.getDeclaredMethods().filter(GET).isEmpty();
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.implement(HasColumns.class)
                .defineMethod("wardenColumn", byte[].class, Visibility.PUBLIC)
                .withParameters(int.class)
                .intercept(
                        MethodCall.invoke(type.getDeclaredMethods().filter(GET).getOnly())
                                .withAllArguments());
    }
}
