package io.tenantwarden.tests.torture;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a statement runs as, in the model.
 *
 * @param tenant null unless it is a tenant
 */
record Scope(Kind kind, String tenant) {

    enum Kind {
        NONE,
        TENANT,
        BYPASS
    }

    static final List<String> TENANTS = List.of("t1", "t2", "t3");
    static final Scope NONE = new Scope(Kind.NONE, null);
    static final Scope BYPASS = new Scope(Kind.BYPASS, null);

    static Scope tenant(String id) {
        return new Scope(Kind.TENANT, id);
    }

    boolean isNone() {
        return kind == Kind.NONE;
    }

    boolean isTenant() {
        return kind == Kind.TENANT;
    }

    boolean isBypass() {
        return kind == Kind.BYPASS;
    }

    /** The tenants whose rows it sees. */
    List<String> visible() {
        return switch (kind) {
            case NONE -> List.of();
            case TENANT -> List.of(tenant);
            case BYPASS -> TENANTS;
        };
    }

    /** Rows by tenant of a table that has so many of each. */
    Map<String, Integer> rows(int each) {
        Map<String, Integer> rows = new TreeMap<>();
        for (String one : visible()) {
            rows.put(one, each);
        }
        return rows;
    }

    /** Whether these are the rows of one tenant of a table that has so many of each. */
    static boolean isOneTenant(Map<String, Integer> rows, int each) {
        return rows.size() == 1 && rows.containsValue(each) && TENANTS.containsAll(rows.keySet());
    }

    @Override
    public String toString() {
        return kind == Kind.TENANT ? "tenant " + tenant : kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
