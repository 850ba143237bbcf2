package io.tenantwarden.engine.inject;

import io.tenantwarden.bootstrap.Scope;
import java.util.Arrays;
import java.util.Objects;

/**
 * A scope and the GUC values that make it hold on the wire, in the order of {@link GucPlan#names}; and the role that it runs as. Immutable.
 */
public final class Assignment {

    private final Scope scope;
    private final String[] values;
    private final String role;

    Assignment(Scope scope, String[] values) {
        this(scope, values, null);
    }

    Assignment(Scope scope, String[] values, String role) {
        this.scope = scope;
        this.values = values;
        this.role = role;
    }

    public Scope scope() {
        return scope;
    }

    /** Not copied: for the package only. Null for {@link GucPlan#application}. */
    String[] values() {
        return values;
    }

    /** The role that the scope runs as; null for that of the login. */
    String role() {
        return role;
    }

    /** Whether both put the same values and the same role on the wire. */
    public boolean sameValues(Assignment other) {
        return other == this
                || other != null && Arrays.equals(values, other.values) && Objects.equals(role, other.role);
    }
}
