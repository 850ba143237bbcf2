package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes SQL that protects the tenant tables, and SQL that takes it back. Every statement may be run again. */
final class DdlScript {

    /** The function that raises an error when no tenant is set, in schema public. */
    static final String HELPER = "warden_tenant";

    /** The comment on a constraint of ours, by which a script that is generated anew knows what it may drop. */
    static final String CHECK_MARK = "Tenant Warden: proves NOT NULL and then goes";

    private static final String BYPASS_POLICY = "platform_bypass";
    private static final List<String> PRIVILEGES = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    private final DdlFacts facts;
    private final DdlOptions options;
    private final StringBuilder sql = new StringBuilder();

    private DdlScript(DdlFacts facts, DdlOptions options) {
        this.facts = facts;
        this.options = options;
    }

    /** All three parts. */
    static String all(DdlFacts facts, DdlOptions options) {
        DdlScript script = new DdlScript(facts, options);
        script.head("Row-level security for " + facts.tables().size() + " tenant tables, in three parts.");
        script.comment(
                "psql: run it with  psql -v ON_ERROR_STOP=1 -f FILE  and without -1: part 1 cannot run in a transaction.");
        script.comment(
                "Flyway, Liquibase: one migration for each part (--part prepare, --part protect, --part check).");
        script.prepare();
        script.protect();
        script.check();
        return script.sql.toString();
    }

    /** Indexes and NOT NULL: what takes long, and must not hold a lock while it does. */
    static String prepare(DdlFacts facts, DdlOptions options) {
        DdlScript script = new DdlScript(facts, options);
        script.head("Row-level security, part 1 of 3: prepare.");
        script.prepare();
        return script.sql.toString();
    }

    /** Role, grants, policies, row-level security. */
    static String protect(DdlFacts facts, DdlOptions options) {
        DdlScript script = new DdlScript(facts, options);
        script.head("Row-level security, part 2 of 3: protect.");
        script.protect();
        return script.sql.toString();
    }

    /** An error when a tenant table is not protected. */
    static String check(DdlFacts facts, DdlOptions options) {
        DdlScript script = new DdlScript(facts, options);
        script.head("Row-level security, part 3 of 3: check.");
        script.check();
        return script.sql.toString();
    }

    /** Takes back what the other parts add to the database as it is now. */
    static String rollback(DdlFacts facts, DdlOptions options) {
        DdlScript script = new DdlScript(facts, options);
        script.head("Rollback of row-level security: back to the schema as it was when this was generated.");
        script.comment("Keep this file: generated again once the SQL has run, it has nothing to take back.");
        script.comment(
                "From the first statement on, tenants see each other's rows where the application forgets its condition.");
        script.comment("psql: without -1, since DROP INDEX CONCURRENTLY cannot run in a transaction.");
        script.rollback();
        return script.sql.toString();
    }

    // ---------------------------------------------------------------- part 1

    private void prepare() {
        section("Part 1: prepare (outside of a transaction, statement by statement)");
        comment("Flyway: a script configuration file beside the migration with executeInTransaction=false.");
        comment("Liquibase: runInTransaction:false.");
        comment(
                "Changes nothing that an application can notice, except that rows without a tenant are refused from now on;");
        comment("they would be invisible to every tenant.");
        List<DdlTable> childrenFirst = new ArrayList<>(facts.tables());
        Collections.reverse(childrenFirst);
        indexes(childrenFirst);
        notNull(childrenFirst);
    }

    private void indexes(List<DdlTable> childrenFirst) {
        blank();
        comment(
                "Without an index on the tenant column every policy reads the whole table. CONCURRENTLY: readers and writers go");
        comment(
                "on, the build waits for transactions that are open. A build that fails leaves an invalid index: generate again.");
        boolean none = true;
        for (DdlTable t : childrenFirst) {
            if (t.index() != null) {
                continue;
            }
            none = false;
            if (t.invalidIndex()) {
                statement("DROP INDEX CONCURRENTLY IF EXISTS " + t.schema() + "." + t.indexName());
            }
            if (t.partitioned()) {
                comment("the indexes of the partitions become its parts, nothing is built");
                statement("CREATE INDEX IF NOT EXISTS " + t.indexName() + " ON " + t.sql() + " (" + t.column() + ")");
            } else {
                statement("CREATE INDEX CONCURRENTLY IF NOT EXISTS " + t.indexName() + " ON " + t.sql() + " ("
                        + t.column() + ")");
            }
        }
        if (none) {
            comment("Every table has one.");
        }
    }

    private void notNull(List<DdlTable> childrenFirst) {
        if (childrenFirst.stream().allMatch(DdlTable::notNull)) {
            return;
        }
        blank();
        comment(
                "A row without a tenant belongs to nobody. NOT VALID takes its lock for a moment only; VALIDATE reads the whole");
        comment("table while readers and writers go on; SET NOT NULL then finds the proof and reads nothing.");
        comment("VALIDATE fails when there are rows without a tenant: give them one, then run it again.");
        statement("SET lock_timeout = '5s'");
        for (DdlTable t : childrenFirst) {
            if (t.notNull()) {
                continue;
            }
            String alter = "ALTER TABLE " + t.sql();
            boolean proof = !t.partitioned() && !t.notNullProven();
            if (proof) {
                statement(alter + " DROP CONSTRAINT IF EXISTS " + t.checkName());
                statement(alter + " ADD CONSTRAINT " + t.checkName() + " CHECK (" + t.column()
                        + " IS NOT NULL) NOT VALID");
                statement("COMMENT ON CONSTRAINT " + t.checkName() + " ON " + t.sql() + " IS " + literal(CHECK_MARK));
                statement(alter + " VALIDATE CONSTRAINT " + t.checkName());
            }
            statement(alter + " ALTER COLUMN " + t.column() + " SET NOT NULL");
            if (proof) {
                statement(alter + " DROP CONSTRAINT IF EXISTS " + t.checkName());
            }
        }
        statement("RESET lock_timeout");
    }

    // ---------------------------------------------------------------- part 2

    private void protect() {
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
                statement("GRANT " + String.join(", ", PRIVILEGES) + " ON " + t.sql() + " TO " + facts.role());
                for (String sequence : t.sequences()) {
                    statement("GRANT USAGE ON SEQUENCE " + sequence + " TO " + facts.role());
                }
            }
        }
        if (!facts.shared().isEmpty()) {
            comment("Tables without a tenant column, the same for all tenants. Grant what the application needs:");
            facts.shared().forEach(t -> comment("  GRANT SELECT ON " + t + " TO " + facts.role() + ";"));
        }
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
        statement("CREATE OR REPLACE FUNCTION public." + HELPER + "() RETURNS text\n"
                + "  LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog\n  AS "
                + dollars("\n" + body + "\n"));
        statement("GRANT EXECUTE ON FUNCTION public." + HELPER + "() TO " + facts.role());
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
                    policy(t, BYPASS_POLICY, bypassCondition());
                }
            }
            statement("ALTER TABLE " + t.sql() + " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
        }
        blank();
    }

    private static boolean ofItsOwn(DdlTable t) {
        return !t.policies().isEmpty() && t.isolation().isEmpty();
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
        return "(SELECT public." + HELPER + "()" + (isText(t) ? "" : "::" + t.type()) + ")";
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

    private void unordered() {
        if (!facts.unordered().isEmpty()) {
            comment(
                    "Warning: left out and open, since values of the tenant column's type cannot be compared. Give the column"
                            + " another type: " + facts.unorderedText());
        }
    }

    // ---------------------------------------------------------------- part 3

    private void check() {
        section("Part 3: check");
        comment(
                "Fails when a tenant table is not protected. Run it after every migration (Flyway: as afterMigrate__tenant_tables.sql),");
        comment("so that a new table does not stay open.");
        StringBuilder columns = new StringBuilder();
        options.tenantColumns()
                .forEach(c -> columns.append(columns.isEmpty() ? "" : ", ").append(literal(c)));
        List<String> lines = new ArrayList<>(List.of(
                "DECLARE",
                "  open text;",
                "BEGIN",
                "  SELECT pg_catalog.string_agg(c.oid::pg_catalog.regclass::text, ', ' ORDER BY c.oid::pg_catalog.regclass::text)",
                "    INTO open",
                "    FROM pg_catalog.pg_class c",
                "    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
                "   WHERE c.relkind IN ('r', 'p')",
                "     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
                "     AND EXISTS (SELECT FROM pg_catalog.pg_attribute a",
                "                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped",
                "                    AND a.attname IN (" + columns + "))",
                "     AND NOT (c.relrowsecurity AND c.relforcerowsecurity",
                "              AND (EXISTS (SELECT FROM pg_catalog.pg_policy p",
                "                             JOIN pg_catalog.pg_attribute a ON a.attrelid = p.polrelid AND a.attnum > 0",
                "                              AND NOT a.attisdropped AND a.attname IN (" + columns + ")",
                "                            WHERE p.polrelid = c.oid AND " + OwnPolicies.isIsolation(options) + ")"
                        + accepted() + "))"));
        unordered();
        for (String name : facts.unordered().keySet()) {
            lines.add(
                    lines.indexOf("   WHERE c.relkind IN ('r', 'p')") + 1,
                    "     AND n.nspname || '.' || c.relname <> " + literal(name));
        }
        if (!facts.excluded().isEmpty()) {
            comment("Only of the tables that were asked for.");
            lines.add("     AND c.oid IN (");
            for (int i = 0; i < facts.tables().size(); i++) {
                lines.add("       " + regclass(facts.tables().get(i))
                        + (i + 1 < facts.tables().size() ? "," : ");"));
            }
        } else {
            lines.set(lines.size() - 1, lines.get(lines.size() - 1) + ";");
        }
        lines.addAll(List.of(
                "  IF open IS NOT NULL THEN",
                "    RAISE EXCEPTION 'tenant tables without forced row-level security and the policy that ddl writes: %', open",
                "      USING HINT = 'java -jar tenant-warden.jar ddl writes the SQL for them; where policies of your own are"
                        + " enough, --own-policies SCHEMA.TABLE says so.';",
                "  END IF;",
                "  SELECT pg_catalog.string_agg('DROP POLICY ' || pg_catalog.quote_ident(p.polname) || ' ON '",
                "                               || p.polrelid::pg_catalog.regclass::text || ';', ' ')",
                "    INTO open",
                "    FROM pg_catalog.pg_policy p",
                "    JOIN pg_catalog.pg_attribute a ON a.attrelid = p.polrelid AND a.attnum > 0 AND NOT a.attisdropped",
                "     AND a.attname IN (" + columns + ")",
                "   WHERE p.polpermissive AND NOT (" + OwnPolicies.isIsolation(options) + ")",
                "     AND NOT (" + OwnPolicies.isBypass(options) + ")",
                // never the only one that lets anything through, nor one that somebody said is enough
                "     AND p.polrelid IN (SELECT p.polrelid FROM pg_catalog.pg_policy p",
                "                         JOIN pg_catalog.pg_attribute a ON a.attrelid = p.polrelid AND a.attnum > 0",
                "                          AND NOT a.attisdropped AND a.attname IN (" + columns + ")",
                "                        WHERE " + OwnPolicies.isIsolation(options) + ")" + notAccepted() + ";",
                "  IF open IS NOT NULL THEN",
                "    RAISE WARNING 'permissive policies that ddl did not write may open tables, since policies are joined by"
                        + " OR. Unless they are meant: %', open;",
                "  END IF;",
                "END"));
        statement("DO " + dollars("\n" + String.join("\n", lines) + "\n"));
    }

    private String notAccepted() {
        String tables = facts.tables().stream()
                .filter(DdlTable::accepted)
                .map(t -> "coalesce(pg_catalog.to_regclass(" + literal(t.sql()) + ")::pg_catalog.oid, 0)")
                .collect(Collectors.joining(", "));
        String asked = facts.excluded().isEmpty()
                ? ""
                : facts.tables().stream()
                        .map(DdlScript::regclass)
                        .collect(Collectors.joining(", ", "\n     AND p.polrelid IN (", ")"));
        return asked + (tables.isEmpty() ? "" : "\n     AND p.polrelid NOT IN (" + tables + ")");
    }

    private String accepted() {
        StringBuilder tables = new StringBuilder();
        facts.tables().stream()
                .filter(t -> t.accepted() && ofItsOwn(t))
                .forEach(t -> tables.append(tables.isEmpty() ? "" : ", ")
                        .append("pg_catalog.to_regclass(")
                        .append(literal(t.sql()))
                        .append(")"));
        return tables.isEmpty()
                ? ""
                : "\n                   OR c.oid IN (" + tables + ")"
                        + " AND EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid)";
    }

    // ---------------------------------------------------------------- rollback

    private void rollback() {
        blank();
        statement("SET lock_timeout = '5s'");
        List<DdlTable> childrenFirst = new ArrayList<>(facts.tables());
        Collections.reverse(childrenFirst);
        for (DdlTable t : childrenFirst) {
            if (!t.forced()) {
                statement("ALTER TABLE " + t.sql() + " NO FORCE ROW LEVEL SECURITY");
            }
            if (!t.rls()) {
                statement("ALTER TABLE " + t.sql() + " DISABLE ROW LEVEL SECURITY");
            }
            for (String policy : List.of(PolicySql.NAME, BYPASS_POLICY)) {
                if (!ofItsOwn(t) && !t.policies().contains(policy)) {
                    statement("DROP POLICY IF EXISTS " + policy + " ON " + t.sql());
                }
            }
            if (options.columnDefault() && t.columnDefault() == null && !t.identity()) {
                statement("ALTER TABLE ONLY " + t.sql() + " ALTER COLUMN " + t.column() + " DROP DEFAULT");
            }
        }
        rollbackNotNull();
        if (options.raise() && !facts.helperExists()) {
            statement("DROP FUNCTION IF EXISTS public." + HELPER + "()");
        }
        rollbackGrants();
        statement("RESET lock_timeout");
        rollbackIndexes();
    }

    private void rollbackNotNull() {
        for (DdlTable t : facts.tables()) {
            if (!t.notNull()) {
                statement("ALTER TABLE " + t.sql() + " ALTER COLUMN " + t.column() + " DROP NOT NULL");
            }
        }
        for (DdlTable t : facts.tables()) {
            boolean parentHadNone = t.parent() != null
                    && facts.tables().stream().anyMatch(p -> p.name().equals(t.parent()) && !p.notNull());
            if (t.notNull() && parentHadNone) {
                statement("ALTER TABLE " + t.sql() + " ALTER COLUMN " + t.column() + " SET NOT NULL");
            }
        }
    }

    private void rollbackGrants() {
        for (DdlTable t : facts.tables()) {
            if (t.partition()) {
                continue;
            }
            List<String> added =
                    PRIVILEGES.stream().filter(p -> !t.granted().contains(p)).toList();
            if (!added.isEmpty()) {
                ifRoleExists("REVOKE " + String.join(", ", added) + " ON " + t.sql() + " FROM " + facts.role());
            }
            for (String sequence : t.sequences()) {
                if (!t.sequencesGranted().contains(sequence)) {
                    ifRoleExists("REVOKE USAGE ON SEQUENCE " + sequence + " FROM " + facts.role());
                }
            }
        }
        facts.tables().stream()
                .map(DdlTable::schema)
                .distinct()
                .filter(schema -> !facts.schemasGranted().contains(schema))
                .forEach(schema -> ifRoleExists("REVOKE USAGE ON SCHEMA " + schema + " FROM " + facts.role()));
        if (!facts.roleExists()) {
            comment("The role stays when something else hangs on it by now: other grants, or tables of its own.");
            block(
                    "  DROP ROLE IF EXISTS " + facts.role() + ";",
                    "EXCEPTION WHEN dependent_objects_still_exist THEN",
                    "  RAISE NOTICE 'role % stays: other objects depend on it', " + literal(facts.roleName()) + ";");
        }
    }

    /** The role may be gone when the rollback is run a second time. */
    private void ifRoleExists(String statement) {
        if (facts.roleExists()) {
            statement(statement);
            return;
        }
        block(
                "  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " + literal(facts.roleName()) + ") THEN",
                "    " + statement + ";",
                "  END IF;");
    }

    private void rollbackIndexes() {
        for (DdlTable t : facts.tables()) {
            if (t.index() != null) {
                continue;
            }
            if (t.partitioned()) {
                comment("with the indexes of its partitions");
                statement("DROP INDEX IF EXISTS " + t.schema() + "." + t.indexName());
            } else if (!t.partition() || !parentGetsIndex(t)) {
                statement("DROP INDEX CONCURRENTLY IF EXISTS " + t.schema() + "." + t.indexName());
            }
        }
        for (DdlTable t : facts.tables()) {
            if (t.index() != null && t.partition() && parentGetsIndex(t)) {
                comment("it was there before and went with the index of the parent");
                statement(t.index().replaceFirst(" INDEX ", " INDEX IF NOT EXISTS "));
            }
        }
    }

    private boolean parentGetsIndex(DdlTable t) {
        return facts.tables().stream().anyMatch(p -> p.name().equals(t.parent()) && p.index() == null);
    }

    // ---------------------------------------------------------------- text

    private void head(String title) {
        comment(title);
        comment("Generated by Tenant Warden " + WardenCli.version() + " from database " + facts.database()
                + ", PostgreSQL " + facts.serverVersion() / 10_000 + ". Every statement may be run again.");
        comment("To be run by the owner of the tables (or a superuser) who may also create roles. Read it first.");
    }

    private void section(String title) {
        blank();
        comment("---- " + title);
    }

    private void blank() {
        if (!sql.isEmpty()) {
            sql.append('\n');
        }
    }

    /** Names may hold line breaks, which would end the comment. */
    private void comment(String text) {
        sql.append("-- ").append(text.replaceAll("\\p{Cntrl}", " ")).append('\n');
    }

    private void statement(String text) {
        sql.append(text).append(";\n");
    }

    private void block(String... lines) {
        statement("DO " + dollars("\nBEGIN\n" + String.join("\n", lines) + "\nEND\n"));
    }

    private static String dollars(String body) {
        String tag = "$warden$";
        for (int i = 2; body.contains(tag); i++) {
            tag = "$warden" + i + "$";
        }
        return tag + body + tag;
    }

    private static String regclass(DdlTable t) {
        return literal(t.sql()) + "::pg_catalog.regclass";
    }

    /** A text constant that means the same whatever standard_conforming_strings says. */
    static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }
}
