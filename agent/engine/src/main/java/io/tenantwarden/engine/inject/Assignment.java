package io.tenantwarden.engine.inject;

import io.tenantwarden.bootstrap.Scope;
import java.util.Arrays;

/** A scope and the GUC values that make it hold on the wire, in the order of {@link GucPlan#names}. Immutable. */
public final class Assignment {

    private final Scope scope;
    private final String[] values;

    Assignment(Scope scope, String[] values) {
        this.scope = scope;
        this.values = values;
    }

    public Scope scope() {
        return scope;
    }

    /** Not copied: for the package only. Null for {@link GucPlan#application}. */
    String[] values() {
        return values;
    }

    /** Whether both put the same values on the wire. */
    public boolean sameValues(Assignment other) {
        return other == this || other != null && Arrays.equals(values, other.values);
    }
}
