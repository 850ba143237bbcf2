package io.tenantwarden.cli;

import io.tenantwarden.rls.tenant.TableReference;
import io.tenantwarden.rls.tenant.TenantTable;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * One transaction of an erasure, and the check before its commit that it changed rows of this tenant alone: foreign keys with
 * ON DELETE CASCADE or SET NULL reach rows that row-level security hides from us, but not from the server's counters. For
 * one thread.
 */
final class EraseTransaction {

    private final TenantSession session;
    private final TenantFacts facts;
    private final boolean witnessed;
    private final ServerCounters start;
    private final Map<String, Long> before = new LinkedHashMap<>();
    private final Map<Long, Long> remembered = new LinkedHashMap<>();
    private final Map<String, Long> deleted = new LinkedHashMap<>();
    private final Map<String, Long> updated = new LinkedHashMap<>();
    private final Set<String> anonymised = new LinkedHashSet<>();
    private final Map<String, Long> elsewhere = new LinkedHashMap<>();

    /** The transaction is open. */
    EraseTransaction(TenantSession session, TenantFacts facts, boolean witnessed) throws SQLException {
        this.session = session;
        this.facts = facts;
        this.witnessed = witnessed;
        this.start = ServerCounters.read(session);
    }

    /** Remembers how many rows there are: needed where the server deletes some of them for us. */
    void remember(TenantTable t) throws SQLException {
        before.put(t.name(), rows(t));
    }

    /** Remembers which rows there are, where nothing will say so once those are gone that refer to them. */
    void remember(TenantTable t, EraseStatements statements) throws SQLException {
        session.execute(statements.remember(t));
        remembered.put(t.oid(), session.count(statements.countRemembered(t)));
    }

    long rows(TenantTable t) throws SQLException {
        return session.count("SELECT pg_catalog.count(*) FROM " + facts.rows(t));
    }

    long delete(TenantTable t, String sql) throws SQLException {
        long n = session.execute(sql);
        add(deleted, t, n);
        return n;
    }

    long update(TenantTable t, String sql) throws SQLException {
        long n = session.execute(sql);
        add(updated, t, n);
        return n;
    }

    /** @throws CommandFailure when not all rows were reached */
    void anonymise(TenantTable t, String sql) throws SQLException {
        long all = rows(t);
        long n = update(t, sql);
        if (n < all) {
            throw notReached(t, n, all, "anonymised");
        }
        anonymised.add(t.name());
    }

    /**
     * Takes a foreign key out.
     *
     * @param count counts the rows that still have it
     * @throws CommandFailure when not all rows were reached
     */
    void unlink(TenantTable t, String sql, String count) throws SQLException {
        long n = update(t, sql);
        long left = session.count(count);
        if (left > 0) {
            throw notReached(t, n, n + left, "changed");
        }
    }

    private static CommandFailure notReached(TenantTable t, long n, long all, String what) {
        return CommandFailure.finding("only " + n + " of " + all + " rows of " + t.name() + " could be " + what
                + ": the role has no policy that lets it UPDATE the others, or a trigger or a rule keeps them. The"
                + " transaction was rolled back");
    }

    private static void add(Map<String, Long> counts, TenantTable t, long n) {
        if (n > 0) {
            counts.merge(t.name(), n, Long::sum);
        }
    }

    /** What is to be journalled. */
    EraseJournal.Work work() {
        return new EraseJournal.Work(deleted, updated, anonymised, elsewhere);
    }

    /** @throws CommandFailure when rows were changed that are not the tenant's */
    void check() throws SQLException {
        session.execute("SET CONSTRAINTS ALL IMMEDIATE");
        Map<Long, ServerCounters.Changes> changes = ServerCounters.read(session).since(start);
        remembered.forEach((oid, n) -> {
            long gone = changes.getOrDefault(oid, ServerCounters.Changes.NONE).deleted();
            if (gone < n) {
                throw CommandFailure.finding(n - gone + " rows of "
                        + facts.tables().table(oid).name() + " to which the tenant's rows referred were not deleted: a"
                        + " trigger or a rule keeps them. The transaction was rolled back; take it away, or leave the"
                        + " table out (--exclude)");
            }
        });
        for (Map.Entry<Long, ServerCounters.Changes> e : changes.entrySet()) {
            TenantTable t = facts.tables().table(e.getKey());
            String name = t == null ? null : t.name();
            ServerCounters.Changes c = e.getValue();
            long more = c.deleted() - deleted.getOrDefault(name, 0L);
            if (more > 0 && before.containsKey(name)) {
                // the tenant's own rows that a cascade or a trigger took
                long own = before.get(name) + c.inserted() - rows(t);
                more = c.deleted() - own;
                deleted.merge(name, Math.max(0, own - deleted.getOrDefault(name, 0L)), Long::sum);
            }
            if (more > 0) {
                refuse(e.getKey(), TableReference.OnDelete.CASCADE, more, "deleted");
            }
            if (t == null) {
                writtenElsewhere(e.getKey(), c);
            }
            long changed = c.updated() - updated.getOrDefault(name, 0L);
            if (changed > 0 && !witnessed) {
                refuse(e.getKey(), TableReference.OnDelete.SET_NULL, changed, "changed");
                refuse(e.getKey(), TableReference.OnDelete.SET_DEFAULT, changed, "changed");
            }
        }
    }

    /**
     * What triggers write in other tables: counts are theirs, rows may be copies of what goes. A table of which nobody has
     * said that it holds nothing of a tenant must not get any.
     */
    private void writtenElsewhere(long oid, ServerCounters.Changes c) throws SQLException {
        String name = session.query(
                "SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                        + " ON n.oid = c.relnamespace WHERE c.oid = ?::pg_catalog.oid AND c.relpersistence <> 't'",
                String.valueOf(oid));
        if (name == null) {
            return;
        }
        if (c.inserted() > 0 && !facts.tables().excluded().contains(name)) {
            throw CommandFailure.finding("a trigger inserted " + c.inserted() + " rows into " + name
                    + ", which is not the tenant's: they may be copies of what is deleted. The transaction was rolled"
                    + " back. Give the table a tenant column; or, if they hold nothing of the tenant: --exclude '"
                    + name
                    + "'");
        }
        long n = c.inserted() + c.updated() + c.deleted();
        if (n > 0) {
            elsewhere.merge(name, n, Long::sum);
        }
    }

    private void refuse(long oid, TableReference.OnDelete action, long n, String what) {
        for (TableReference r : facts.tables().references()) {
            if (r.from() == oid && r.onDelete() == action) {
                TenantTable from = facts.tables().table(oid);
                throw CommandFailure.finding(n + (n == 1 ? " row" : " rows") + " of "
                        + (from == null ? "a table that is not the tenant's" : from.name()) + " would be " + what
                        + " by the foreign key " + r.name() + " (ON DELETE " + action.sql() + " from "
                        + facts.tables().table(r.to()).name()
                        + "), and are not rows of this tenant that the role sees: the transaction was rolled back. List"
                        + " them with --witness-user ROLE (a role with BYPASSRLS), give them another "
                        + String.join(", ", r.columns()) + ", then run it again");
            }
        }
    }
}
