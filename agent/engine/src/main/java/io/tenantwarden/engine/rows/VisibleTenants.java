package io.tenantwarden.engine.rows;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.catalog.TenantField;
import io.tenantwarden.rls.catalog.TenantFields;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Whose rows of a table are seen besides the tenant's own because policies say so, for one role: rows that all share. Where a policy ties rows to
 * something else than the tenant (a list of members, a flag), which of them are meant is not known here, and the table is not checked.
 * Thread-safe.
 */
public final class VisibleTenants {

    private static final TenantValue[] UNCHECKED = new TenantValue[0];
    private static final TenantValue[] NONE = new TenantValue[0];

    private final Catalog catalog;
    private final RoleFacts role;
    private final List<String> settings;
    private final List<String> bypassSettings;
    private final AtomicReferenceArray<TenantValue[]> known;

    /**
     * @param role null when it is not known
     * @param settings that hold the tenant and nothing else, in lower case
     * @param bypassSettings that only a bypass sets
     */
    public VisibleTenants(Catalog catalog, RoleFacts role, List<String> settings, List<String> bypassSettings) {
        this.catalog = catalog;
        this.role = role;
        this.settings = settings;
        this.bypassSettings = bypassSettings;
        this.known = new AtomicReferenceArray<>(catalog.tenantFields().size());
    }

    /** Whether it was found out by this snapshot. */
    boolean isOf(Catalog snapshot) {
        return catalog == snapshot;
    }

    TenantFields fields() {
        return catalog.tenantFields();
    }

    /** Whether rows of others are to be told. */
    boolean isChecked(TenantField field) {
        return of(field) != UNCHECKED;
    }

    /** The tenants whose rows all may see. */
    TenantValue[] of(TenantField field) {
        TenantValue[] tenants = known.get(field.index());
        if (tenants == null) {
            tenants = find(field.table());
            known.set(field.index(), tenants);
        }
        return tenants;
    }

    private TenantValue[] find(CatalogTable table) {
        CatalogTable governing = table;
        while (governing.policies().isEmpty() && governing.parent() != null) {
            CatalogTable parent = catalog.table(governing.parent()); // a partition that is named itself
            if (parent == null) {
                break;
            }
            governing = parent;
        }
        if (governing.policies().isEmpty()) {
            return isTenantInColumns() ? NONE : UNCHECKED;
        }
        Set<String> shared = shared(governing, false);
        if (shared == null) {
            // what one policy opens a restrictive one may tie to the tenant
            shared = shared(governing, true);
        }
        return shared == null
                ? UNCHECKED
                : shared.stream().map(TenantValue::new).toArray(TenantValue[]::new);
    }

    /** Null when others' rows may be shown besides. */
    private Set<String> shared(CatalogTable table, boolean restrictive) {
        Set<String> shared = restrictive ? null : new TreeSet<>();
        for (Policy policy : table.policies()) {
            boolean shows = policy.command().equals("ALL") || policy.command().equals("SELECT");
            if (!shows || policy.permissive() == restrictive) {
                continue;
            }
            Set<String> ofPolicy = policy.using() == null ? null : shared(table, policy);
            if (restrictive) {
                shared = ofPolicy != null && isForRole(policy) ? ofPolicy : shared;
            } else if (ofPolicy == null && isForRole(policy)) {
                return null;
            } else if (ofPolicy != null) {
                shared.addAll(ofPolicy);
            }
        }
        return shared;
    }

    private Set<String> shared(CatalogTable table, Policy policy) {
        Set<String> functions = new TreeSet<>();
        policy.givers().forEach((function, read) -> {
            if (settings.containsAll(read)) {
                functions.add(function);
            }
        });
        return PolicyExpression.of(policy.using(), table).sharedTenants(settings, functions, bypassSettings);
    }

    /**
     * Whether the policy is meant for the role. A role that no policy filters has the privileges of many, for which policies are not meant that
     * open a table to some of them.
     */
    private boolean isForRole(Policy policy) {
        if (role == null || policy.roles().contains("public")) {
            return true;
        }
        return role.bypassesRls()
                ? policy.roles().contains(role.currentUser())
                : policy.roles().stream().anyMatch(role.roles()::contains);
    }

    /** Whether tenant columns hold what the tenant source gives: not so where all policies find out by other ways whose a row is. */
    private boolean isTenantInColumns() {
        boolean any = false;
        for (CatalogTable table : catalog.protectedTables()) {
            for (Policy policy : table.policies()) {
                if (policy.using() != null && table.tenantColumn() != null) {
                    if (shared(table, policy) != null) {
                        return true;
                    }
                    any = true;
                }
            }
        }
        return !any;
    }
}
