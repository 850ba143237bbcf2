package io.tenantwarden.rls;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The rules of the preflight that need no more than the role and the catalog. */
public final class RoleRules {

    private static final int NAMED_TABLES = 5;

    private RoleRules() {}

    /**
     * What is wrong with this role in this database; empty when nothing is, or when no table is protected. Errors come
     * first.
     */
    public static List<Finding> check(RoleFacts role, Catalog catalog) {
        if (catalog.isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        if (role.superuser()) {
            findings.add(superuser(role));
        } else if (role.bypassRls()) {
            findings.add(bypassRls(role));
        }
        if (!role.superuser()) {
            // a superuser has the privileges of every role: WD001 says it all
            owner(role, catalog, findings);
        }
        tables(catalog, findings);
        return List.copyOf(findings);
    }

    private static Finding superuser(RoleFacts role) {
        String app = Identifiers.quote(role.database() + "_app");
        return new Finding(
                "WD001",
                Finding.Level.ERROR,
                role.currentUser(),
                "role " + role.currentUser() + " is a superuser: no policy ever filters its rows",
                "let the application connect as a role of its own: CREATE ROLE " + app
                        + " LOGIN NOSUPERUSER NOBYPASSRLS; and grant it what it needs");
    }

    private static Finding bypassRls(RoleFacts role) {
        return new Finding(
                "WD002",
                Finding.Level.ERROR,
                role.currentUser(),
                "role " + role.currentUser() + " has BYPASSRLS: no policy ever filters its rows",
                "ALTER ROLE " + Identifiers.quote(role.currentUser()) + " NOBYPASSRLS;");
    }

    private static void owner(RoleFacts role, Catalog catalog, List<Finding> findings) {
        StringBuilder names = new StringBuilder();
        StringBuilder fix = new StringBuilder();
        Set<String> roles = role.roles();
        int count = 0;
        boolean member = false;
        for (CatalogTable t : catalog.protectedTables()) {
            if (!t.rls() || t.forced() || !roles.contains(t.owner())) {
                continue;
            }
            member |= !t.owner().equals(role.currentUser());
            if (count++ < NAMED_TABLES) {
                names.append(names.isEmpty() ? "" : ", ").append(t.qualifiedName());
                fix.append(fix.isEmpty() ? "" : " ").append(force(t));
            }
        }
        if (count == 0) {
            return;
        }
        if (count > NAMED_TABLES) {
            int more = count - NAMED_TABLES;
            names.append(" and ").append(more).append(" more");
            fix.append(" -- and so on for ").append(more).append(" more");
        }
        findings.add(new Finding(
                "WD003",
                Finding.Level.ERROR,
                role.currentUser(),
                "role " + role.currentUser() + " owns" + (member ? " (itself or as member of the owner) " : " ") + count
                        + (count == 1 ? " protected table" : " protected tables")
                        + " without FORCE ROW LEVEL SECURITY, whose policies it bypasses: " + names,
                fix.toString()));
    }

    private static void tables(Catalog catalog, List<Finding> findings) {
        for (CatalogTable t : catalog.protectedTables()) {
            boolean canHavePolicies =
                    t.kind() == CatalogTable.Kind.TABLE || t.kind() == CatalogTable.Kind.PARTITIONED_TABLE;
            if (!canHavePolicies || belowRls(t, catalog)) {
                continue;
            }
            if (!t.rls() && t.tenantColumn() != null) {
                findings.add(new Finding(
                        "WD004",
                        Finding.Level.WARN,
                        t.qualifiedName(),
                        "table " + t.qualifiedName() + " has the tenant column " + t.tenantColumn()
                                + " but no row-level security: every role with a grant sees every tenant's rows",
                        (t.policies().isEmpty() ? policy(t, catalog) + " " : "") + "ALTER TABLE " + t.quotedName()
                                + " ENABLE ROW LEVEL SECURITY; " + force(t)));
            } else if (t.rls() && t.policies().isEmpty()) {
                findings.add(new Finding(
                        "WD005",
                        Finding.Level.WARN,
                        t.qualifiedName(),
                        "table " + t.qualifiedName()
                                + " has row-level security but no policy: roles that do not bypass it see no row and"
                                + " cannot write",
                        t.tenantColumn() == null
                                ? "create a policy on " + t.quotedName() + ", or ALTER TABLE " + t.quotedName()
                                        + " DISABLE ROW LEVEL SECURITY;"
                                : policy(t, catalog)));
            }
        }
    }

    /** Rows of a partition are reached through its parent, whose policies then hold. */
    private static boolean belowRls(CatalogTable table, Catalog catalog) {
        CatalogTable t = table;
        for (int depth = 0; t != null && t.parent() != null && depth < 100; depth++) {
            t = catalog.byQualifiedName(t.parent());
            if (t != null && t.rls()) {
                return true;
            }
        }
        return false;
    }

    private static String force(CatalogTable t) {
        return "ALTER TABLE " + t.quotedName() + " FORCE ROW LEVEL SECURITY;";
    }

    private static String policy(CatalogTable t, Catalog catalog) {
        Set<String> gucs = catalog.gucsInPolicies();
        String guc = gucs.size() == 1 ? gucs.iterator().next() : "app.tenant_id";
        String value = "nullif(current_setting('" + guc.replace("'", "''") + "', true), '')";
        String type = t.tenantColumnType();
        boolean text = type.equals("text") || type.startsWith("character varying");
        return "CREATE POLICY tenant_isolation ON " + t.quotedName() + " USING (" + Identifiers.quote(t.tenantColumn())
                + " = " + value + (text ? "" : "::" + type) + ");";
    }
}
