package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Takes back what the other parts add to the database as it was when the facts were read. */
final class DdlRollback extends DdlPart {

    DdlRollback(DdlFacts facts, DdlOptions options, StringBuilder sql) {
        super(facts, options, sql);
    }

    @Override
    void write() {
        comment("Keep this file: generated again once the SQL has run, it has nothing to take back.");
        comment(
                "From the first statement on, tenants see each other's rows where the application forgets its condition.");
        comment("psql: without -1, since DROP INDEX CONCURRENTLY cannot run in a transaction.");
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
            for (String policy : List.of(PolicySql.NAME, DdlScript.BYPASS_POLICY)) {
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
            statement("DROP FUNCTION IF EXISTS public." + DdlScript.HELPER + "()");
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
            List<String> added = DdlScript.PRIVILEGES.stream()
                    .filter(p -> !t.granted().contains(p))
                    .toList();
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
}
