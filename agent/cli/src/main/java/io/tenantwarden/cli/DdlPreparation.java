package io.tenantwarden.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Part 1: indexes and NOT NULL, what takes long and must not hold a lock while it does. */
final class DdlPreparation extends DdlPart {

    DdlPreparation(DdlFacts facts, DdlOptions options, StringBuilder sql) {
        super(facts, options, sql);
    }

    @Override
    void write() {
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
                statement("COMMENT ON CONSTRAINT " + t.checkName() + " ON " + t.sql() + " IS "
                        + literal(DdlScript.CHECK_MARK));
                statement(alter + " VALIDATE CONSTRAINT " + t.checkName());
            }
            statement(alter + " ALTER COLUMN " + t.column() + " SET NOT NULL");
            if (proof) {
                statement(alter + " DROP CONSTRAINT IF EXISTS " + t.checkName());
            }
        }
        statement("RESET lock_timeout");
    }
}
