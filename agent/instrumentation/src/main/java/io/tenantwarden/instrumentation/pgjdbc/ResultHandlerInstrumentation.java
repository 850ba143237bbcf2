package io.tenantwarden.instrumentation.pgjdbc;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.Set;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.field.FieldDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/**
 * The driver's result handlers, which get all rows of a result at once, or as many as are fetched: {@code PgStatement.StatementResultHandler},
 * {@code PgResultSet.CursorResultHandler} and {@code BatchResultHandler}. For both strategies.
 */
final class ResultHandlerInstrumentation implements TypeInstrumentation {

    private static final Set<String> OWNERS = Set.of("PgStatement", "PgResultSet");

    @Override
    public String name() {
        return "driver result handler";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return owner(type) != null;
    }

    /** That of the class around an inner one has no name in the source. */
    private static FieldDescription.InDefinedShape owner(TypeDescription handler) {
        for (FieldDescription.InDefinedShape field : handler.getDeclaredFields()) {
            String type = field.getType().asErasure().getName();
            if (!field.isStatic() && OWNERS.contains(type.substring(type.lastIndexOf('.') + 1))) {
                return field;
            }
        }
        return null;
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.withCustomMapping()
                .bind(ResultOwner.class, owner(type))
                .to(DriverAdvice.HandleResultRows.class)
                .on(named("handleResultRows").and(takesArguments(4))));
    }
}
