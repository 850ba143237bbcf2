package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;

/**
 * Whether an unscoped statement that was to change or copy rows touched none because row-level security hid them: it says {@code UPDATE 0} and
 * counts as done. An honest zero is told apart where the role is not filtered, and where the server's statistics say that the tables are empty.
 * What the server answered is what the driver has read anyway (CommandComplete: PostgreSQL manual, section "Message Formats"). Thread-safe; the
 * session's part is guarded by its lock.
 */
final class ZeroRowRule {

    private static final String NOTHING = " 0";

    private final VerdictTeller teller;

    ZeroRowRule(VerdictTeller teller) {
        this.teller = teller;
    }

    /** Whether a command tag says that no row was touched. Asked for each answer. */
    static boolean saysNothing(String tag) {
        return tag.endsWith(NOTHING);
    }

    /**
     * A statement is complete, and touched nothing.
     *
     * @param known the statement; of a text that holds several, the one that is complete
     * @param tag {@code UPDATE 0}
     * @return null when that is as it should be
     */
    Verdict judge(Session session, KnownStatement known, String tag) {
        LastRun run = known.lastRun();
        Catalog catalog = session.database().catalog();
        RoleFacts role = session.role().isKnown() ? session.role().facts() : null;
        if (!run.isUnscoped() || catalog == null || role == null) {
            return null;
        }
        Resolution touched = touched(session, known, catalog);
        if (!isMeantToTouch(known.sql(), tag, touched) || !isHidden(known.sql(), tag, catalog, touched, role)) {
            return null;
        }
        boolean news = run.zeroTold();
        FoundSite found = run.site() == null && news ? teller.find() : run.site();
        return found == null
                ? null
                : Verdict.of(Reason.ZERO_ROWS, session, known.sql(), touched, found, false)
                        .times(run.times());
    }

    /** Of a text that holds several statements each touches tables of its own. The server cannot be asked now. */
    private static Resolution touched(Session session, KnownStatement known, Catalog catalog) {
        Resolution whole = known.lastRun().touched();
        if (!known.isPart()) {
            return whole;
        }
        Resolution own = known.resolve(catalog, session.names().path());
        return own.touches() || own.unknown().isEmpty() ? own : whole;
    }

    /** Whether it changes rows, copies them elsewhere, or locks them to be changed: a query that found nothing has told so. */
    private static boolean isMeantToTouch(SqlStatement sql, String tag, Resolution touched) {
        if (!touched.touches()) {
            return false;
        }
        return switch (tag.substring(0, tag.indexOf(' '))) {
            case "UPDATE", "DELETE", "MERGE", "INSERT" -> true;
            case "COPY" -> !touched.writes(); // COPY FROM has counted what it was given
            case "SELECT" -> sql.keyword() == Keyword.CREATE_TABLE_AS || creates(sql) || sql.locksRowsForUpdate();
            default -> false;
        };
    }

    private static boolean creates(SqlStatement sql) {
        return sql.relations().stream().anyMatch(Relation::creates);
    }

    private static boolean isHidden(SqlStatement sql, String tag, Catalog catalog, Resolution touched, RoleFacts role) {
        // what INSERT writes to is not read: ON CONFLICT DO NOTHING has met a row
        boolean readsOnly = tag.startsWith("INSERT");
        for (CatalogTable table : touched.filteredFor(role)) {
            if (catalog.mayHaveRows(table)
                    && (isNamed(sql, table, readsOnly) || isFilteredBelow(sql, catalog, table, readsOnly))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(SqlStatement sql, CatalogTable table, boolean readsOnly) {
        List<Relation> relations = sql.relations();
        for (Relation r : relations) {
            boolean same = r.name().equals(table.name())
                    && (r.schema() == null || r.schema().equals(table.schema()));
            if (same && !r.creates() && !(readsOnly && r.write())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reached through a view or a parent that is named: a view reads as its owner, whom policies filter where they are forced. What triggers and
     * rules reach besides is no reason for having touched nothing.
     */
    private static boolean isFilteredBelow(SqlStatement sql, Catalog catalog, CatalogTable table, boolean readsOnly) {
        for (CatalogTable above : catalog.tables()) {
            if (isNamed(sql, above, readsOnly)
                    && above.oid() != table.oid()
                    && (above.qualifiedName().equals(table.parent())
                            || table.forced() && isBelow(catalog, above, table))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBelow(Catalog catalog, CatalogTable view, CatalogTable table) {
        return view.kind() == CatalogTable.Kind.VIEW
                && catalog.protectedBelow(view).stream().anyMatch(t -> t.oid() == table.oid());
    }
}
