package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;
import java.util.List;
import java.util.function.Function;

/** Writes SQL that protects the tenant tables, and SQL that takes it back. Every statement may be run again. */
final class DdlScript {

    /** The function that raises an error when no tenant is set, in schema public. */
    static final String HELPER = "warden_tenant";

    /** The comment on a constraint of ours, by which a script that is generated anew knows what it may drop. */
    static final String CHECK_MARK = "Tenant Warden: proves NOT NULL and then goes";

    static final String BYPASS_POLICY = "platform_bypass";
    static final List<String> PRIVILEGES = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    private DdlScript() {}

    /** All three parts. */
    static String all(DdlFacts facts, DdlOptions options) {
        StringBuilder sql = new StringBuilder();
        DdlPart first = new DdlPreparation(facts, options, sql);
        first.head("Row-level security for " + facts.tables().size() + " tenant tables, in three parts.");
        first.comment(
                "psql: run it with  psql -v ON_ERROR_STOP=1 -f FILE  and without -1: part 1 cannot run in a transaction.");
        first.comment("Flyway, Liquibase: one migration for each part (--part prepare, --part protect, --part check).");
        first.write();
        new DdlProtection(facts, options, sql).write();
        new DdlCheck(facts, options, sql).write();
        return sql.toString();
    }

    /** Indexes and NOT NULL: what takes long, and must not hold a lock while it does. */
    static String prepare(DdlFacts facts, DdlOptions options) {
        return alone("Row-level security, part 1 of 3: prepare.", sql -> new DdlPreparation(facts, options, sql));
    }

    /** Role, grants, policies, row-level security. */
    static String protect(DdlFacts facts, DdlOptions options) {
        return alone("Row-level security, part 2 of 3: protect.", sql -> new DdlProtection(facts, options, sql));
    }

    /** An error when a tenant table is not protected. */
    static String check(DdlFacts facts, DdlOptions options) {
        return alone("Row-level security, part 3 of 3: check.", sql -> new DdlCheck(facts, options, sql));
    }

    /** Takes back what the other parts add to the database as it is now. */
    static String rollback(DdlFacts facts, DdlOptions options) {
        return alone(
                "Rollback of row-level security: back to the schema as it was when this was generated.",
                sql -> new DdlRollback(facts, options, sql));
    }

    private static String alone(String title, Function<StringBuilder, DdlPart> of) {
        StringBuilder sql = new StringBuilder();
        DdlPart part = of.apply(sql);
        part.head(title);
        part.write();
        return sql.toString();
    }

    /**
     * Why the policies cannot be written: the names are taken by others, which say something else.
     *
     * @return what to do; null when nothing is in the way
     */
    static String namesTaken(DdlFacts facts, DdlOptions options) {
        for (DdlTable t : facts.tables()) {
            for (String name : List.of(PolicySql.NAME, BYPASS_POLICY)) {
                boolean ours = (name.equals(BYPASS_POLICY) ? t.bypass() : t.isolation()).contains(name);
                boolean wanted =
                        name.equals(PolicySql.NAME) || !options.bypass().isEmpty();
                if (wanted && !ours && t.policies().contains(name)) {
                    return t.name() + " has a policy " + name + " that is not what ddl would write with these options"
                            + " (command, roles or condition differ), so nothing was written. Give the options that it was"
                            + " made with; or drop it, so that ours takes its place: DROP POLICY " + name + " ON "
                            + t.sql()
                            + "; or keep it as one of your own: ALTER POLICY " + name + " ON " + t.sql()
                            + " RENAME TO ...; or leave the table out with --tables";
                }
            }
        }
        return null;
    }

    /** A text constant that means the same whatever standard_conforming_strings says. */
    static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }
}
