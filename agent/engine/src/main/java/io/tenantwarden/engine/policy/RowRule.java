package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.rows.RowCheck;
import io.tenantwarden.engine.rows.VisibleTenants;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.catalog.TenantField;
import io.tenantwarden.rls.sql.Keyword;
import java.util.List;

/**
 * Whether the rows of a result are the tenant's, before the application sees them. Thread-safe; the session's part is guarded by the driver's
 * lock.
 */
final class RowRule {

    /** So many results of a statement are told one by one, after them each of so many. */
    private static final int TOLD = 100;

    private final ModeSwitch mode;
    private final VerdictTeller teller;
    private final List<String> settings;
    private final List<String> bypassSettings;
    private final boolean all;

    /**
     * @param settings that hold the tenant and nothing else, in lower case
     * @param bypassSettings that only a bypass sets
     * @param all whether every row is looked at
     */
    RowRule(ModeSwitch mode, VerdictTeller teller, List<String> settings, List<String> bypassSettings, boolean all) {
        this.mode = mode;
        this.teller = teller;
        this.settings = settings;
        this.bypassSettings = bypassSettings;
        this.all = all;
    }

    /**
     * What rows of a statement are judged by when they are fetched later: by then its text may have run again, or been refused, under another
     * scope. Immutable.
     */
    record Opened(KnownStatement known, Scope scope, Resolution touched) {

        static Opened now(KnownStatement known) {
            LastRun run = known.lastRun();
            return new Opened(known, run.scope(), run.touched());
        }
    }

    /**
     * A statement gave rows, all of them or as many as were fetched.
     *
     * @param opened how the result began; null when it began with the last run
     * @param fields how the driver describes them
     * @param rows as the driver keeps them
     * @return null when nothing is wrong
     */
    Verdict judge(Session session, KnownStatement known, Opened opened, Object[] fields, List<?> rows) {
        LastRun run = known.lastRun();
        Scope scope = opened == null ? run.scope() : opened.scope();
        Resolution touched = opened == null ? run.touched() : opened.touched();
        Catalog catalog = session.database().catalog();
        if (!scope.isTenant() || rows.isEmpty() || catalog == null || !mayGiveTenants(known, touched)) {
            return null;
        }
        RowCheck check = session.rowCheck();
        if (check == null) {
            check = new RowCheck(all);
            session.rowCheck(check);
        }
        RowCheck.Known columns = check.columns(run.columns(), fields, visible(session, catalog, check));
        run.columns(columns);
        TenantField foreign = check.foreign(columns, rows, scope.value());
        return foreign == null ? null : verdict(session, known, touched, foreign);
    }

    /** Whether rows of tables can be in it that are protected, which is not written in a FETCH. */
    private static boolean mayGiveTenants(KnownStatement known, Resolution touched) {
        return touched.touches()
                || known.sql().cursors().fetches()
                || known.sql().keyword() == Keyword.EXECUTE;
    }

    private VisibleTenants visible(Session session, Catalog catalog, RowCheck check) {
        RoleFacts role = session.role().isKnown() ? session.role().facts() : null;
        VisibleTenants known = check.visible(catalog, role);
        if (known == null) {
            // the same for all connections of a role
            known = (VisibleTenants) session.database()
                    .derived(
                            catalog,
                            role == null ? "" : role,
                            () -> new VisibleTenants(catalog, role, settings, bypassSettings));
            check.visible(known, role);
        }
        return known;
    }

    private Verdict verdict(Session session, KnownStatement known, Resolution touched, TenantField foreign) {
        boolean refused = mode.refuses();
        int results = known.lastRun().foreignResult();
        if (!refused && results > TOLD && results % TOLD != 0) {
            return null;
        }
        FoundSite found = teller.find();
        return Verdict.of(
                        Reason.FOREIGN_ROW,
                        session,
                        known.sql(),
                        touched.touches() ? touched : Catalog.touching(foreign.table()),
                        found,
                        refused)
                .times(refused || results <= TOLD ? 1 : TOLD)
                .column(foreign);
    }
}
