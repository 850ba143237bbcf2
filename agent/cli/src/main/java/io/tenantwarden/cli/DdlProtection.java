package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.Map;

/** Part 2: role, grants, policies, row-level security. */
final class DdlProtection extends DdlPart {

    DdlProtection(DdlFacts facts, DdlOptions options, StringBuilder sql) {
        super(facts, options, sql);
    }

    @Override
    void write() {
        section("Part 2: protect");
        comment(
                "Every statement holds a lock on one table for a moment. In one transaction the locks add up until COMMIT: then");
        comment(
                "take a few tables at a time (--tables). lock_timeout: rather fail and be run again than let the application");
        comment("queue up behind a lock that is not granted.");
        statement("SET lock_timeout = '5s'");
        role();
        grants();
        if (options.raise()) {
            helper();
        }
        if (options.columnDefault()) {
            defaults();
        }
        policies();
        remarks();
        statement("RESET lock_timeout");
    }

    private void role() {
        blank();
        comment(
                "The application's role: neither superuser nor BYPASSRLS, and owner of nothing. It has no password yet; set one");
        comment("where it does not end up in version control (psql: \\password " + facts.roleName() + ").");
        block(
                "  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " + literal(facts.roleName())
                        + ") THEN",
                "    CREATE ROLE " + facts.role() + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;",
                "  END IF;",
                "  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " + literal(facts.roleName())
                        + " AND (rolsuper OR rolbypassrls)) THEN",
                "    RAISE EXCEPTION '% is a superuser or has BYPASSRLS: no policy would hold for it', "
                        + literal(facts.roleName()),
                "      USING HINT = 'Let the application connect as another role (--role).';",
                "  END IF;");
    }

    private void grants() {
        blank();
        comment("Partitions get no grants: the application reaches their rows through the parent.");
        facts.tables().stream()
                .map(DdlTable::schema)
                .distinct()
                .forEach(schema -> statement("GRANT USAGE ON SCHEMA " + schema + " TO " + facts.role()));
        for (DdlTable t : facts.tables()) {
            if (!t.partition()) {
                statement(
                        "GRANT " + String.join(", ", DdlScript.PRIVILEGES) + " ON " + t.sql() + " TO " + facts.role());
                for (String sequence : t.sequences()) {
                    statement("GRANT USAGE ON SEQUENCE " + sequence + " TO " + facts.role());
                }
            }
        }
        if (!facts.shared().isEmpty()) {
            comment("Tables without a tenant column, the same for all tenants. Grant what the application needs:");
            facts.shared().forEach(t -> comment("  GRANT SELECT ON " + t + " TO " + facts.role() + ";"));
        }
        membership();
    }

    /** Which login it is nobody has said; the one that reads is the likeliest. */
    private void membership() {
        if (facts.user().equals(facts.roleName())) {
            return;
        }
        comment("An application that goes on to connect as its own login and runs its statements as this role");
        comment("(warden.role=" + facts.roleName()
                + ") needs the login to be a member of it, unless it is a superuser:");
        comment("  GRANT " + facts.role() + " TO " + Identifiers.quote(facts.user()) + ";");
    }

    private void helper() {
        blank();
        comment(
                "Raises an error when no tenant is set, where a plain setting would just show no rows. Returns null in a bypass.");
        String value = "nullif(pg_catalog.current_setting(" + literal(options.guc()) + ", true), '')";
        StringBuilder bypassed = new StringBuilder();
        options.bypass()
                .forEach((name, on) -> bypassed.append(bypassed.isEmpty() ? "" : " AND ")
                        .append("pg_catalog.current_setting(")
                        .append(literal(name))
                        .append(", true) IS NOT DISTINCT FROM ")
                        .append(literal(on)));
        String body = "BEGIN\n  IF " + value + " IS NULL"
                + (bypassed.isEmpty() ? "" : " AND NOT (" + bypassed + ")") + " THEN\n"
                + "    RAISE EXCEPTION 'no tenant is set' USING ERRCODE = '42501', HINT = "
                + literal("Set " + options.guc() + " for the transaction.") + ";\n"
                + "  END IF;\n  RETURN " + value + ";\nEND";
        statement("CREATE OR REPLACE FUNCTION public." + DdlScript.HELPER + "() RETURNS text\n"
                + "  LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog\n  AS "
                + dollars("\n" + body + "\n"));
        statement("GRANT EXECUTE ON FUNCTION public." + DdlScript.HELPER + "() TO " + facts.role());
    }

    private void defaults() {
        blank();
        comment("An INSERT that does not name the tenant gets the current one.");
        for (DdlTable t : facts.tables()) {
            if (t.identity()) {
                comment(t.name() + "." + t.columnName() + " is an identity column, which can have no default");
            } else if (t.columnDefault() == null || t.columnDefault().contains(options.guc())) {
                statement("ALTER TABLE ONLY " + t.sql() + " ALTER COLUMN " + t.column() + " SET DEFAULT "
                        + plainValue(t));
            } else {
                comment(t.name() + "." + t.columnName() + " has a default already, which stays: " + t.columnDefault());
            }
        }
    }

    private void policies() {
        blank();
        comment(
                "The setting is read in a sub-select: once for each statement, not once for each row. nullif: after a local");
        comment(
                "setting has ended PostgreSQL leaves '' rather than null, and ''::uuid is an error. FORCE: the owner is filtered");
        comment("too, so a migration that reads or changes rows needs "
                + (options.bypass().isEmpty()
                        ? "a role with BYPASSRLS, or --guc-bypass."
                        : "the bypass setting, or a role with BYPASSRLS."));
        for (DdlTable t : facts.tables()) {
            blank();
            comment(t.name()
                    + (t.parent() == null
                            ? ""
                            : (t.partition() ? " (partition of " : " (child of ") + t.parent()
                                    + "; policies of the parent do not hold when it is addressed directly)"));
            if (ofItsOwn(t)) {
                comment("It has policies of its own, which stay as they are (doctor judges them): "
                        + String.join(", ", t.policies()));
                if (!t.accepted()) {
                    comment("Part 3 fails until --own-policies " + t.name() + " says that they are enough.");
                }
            } else {
                for (String other : t.otherPermissive()) {
                    comment("Warning: its policy " + other
                            + " is permissive too, and opens rows that ours does not: policies"
                            + " are joined by OR. Unless that is meant:");
                    comment("  DROP POLICY " + other + " ON " + t.sql() + ";");
                }
                if (t.isolation().isEmpty() || t.isolation().contains(PolicySql.NAME)) {
                    policy(t, PolicySql.NAME, t.column() + " = " + tenantValue(t));
                }
                if (!options.bypass().isEmpty()) {
                    policy(t, DdlScript.BYPASS_POLICY, bypassCondition());
                }
            }
            statement("ALTER TABLE " + t.sql() + " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
        }
        blank();
    }

    private void policy(DdlTable t, String name, String condition) {
        block(
                "  IF NOT EXISTS (SELECT FROM pg_catalog.pg_policy WHERE polrelid = " + regclass(t) + " AND polname = "
                        + literal(name) + ") THEN",
                "    CREATE POLICY " + name + " ON " + t.sql(),
                "      USING (" + condition + ")",
                "      WITH CHECK (" + condition + ");",
                "  END IF;");
    }

    private String tenantValue(DdlTable t) {
        if (!options.raise()) {
            return plainSubselect(t);
        }
        return "(SELECT public." + DdlScript.HELPER + "()" + (isText(t) ? "" : "::" + t.type()) + ")";
    }

    private String plainSubselect(DdlTable t) {
        return PolicySql.value(options.guc(), t.type());
    }

    private String plainValue(DdlTable t) {
        String subselect = plainSubselect(t);
        return subselect.substring("(SELECT ".length(), subselect.length() - 1);
    }

    private static boolean isText(DdlTable t) {
        return t.type().equals("text") || t.type().equals("character varying");
    }

    private String bypassCondition() {
        StringBuilder condition = new StringBuilder();
        for (Map.Entry<String, String> setting : options.bypass().entrySet()) {
            condition
                    .append(condition.isEmpty() ? "" : " AND ")
                    .append(PolicySql.value(setting.getKey(), "text"))
                    .append(" = ")
                    .append(literal(setting.getValue()));
        }
        return condition.toString();
    }

    private void remarks() {
        for (DdlFacts.View view : facts.views()) {
            if (view.invoker()) {
                continue;
            }
            comment("View " + view.name()
                    + " reads tenant tables with the rights of its owner; FORCE filters an owner, but not a");
            comment("superuser or BYPASSRLS. To let it run with the rights of whoever uses it"
                    + (facts.serverVersion() >= 150_000 ? ":" : " (PostgreSQL 15 and later):"));
            comment("  ALTER VIEW " + view.sql() + " SET (security_invoker = true);");
        }
        facts.others()
                .forEach(other ->
                        comment("The " + other + " cannot have policies: grant it to no role of the application."));
        unordered();
        if (!facts.excluded().isEmpty()) {
            comment("Tenant tables that were not asked for: " + String.join(", ", facts.excluded()));
        }
    }
}
