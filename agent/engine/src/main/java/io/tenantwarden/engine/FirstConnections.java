package io.tenantwarden.engine;

import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.report.Cover;
import io.tenantwarden.engine.report.Finding;
import io.tenantwarden.engine.report.HealthState;
import io.tenantwarden.engine.report.Level;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Database;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.RoleFacts;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells what the first connection of each role to each database found out: what is covered; what is wrong is the preflight's. */
final class FirstConnections implements Catalogs.Listener {

    private final Reporter reporter;
    private final GucPlan plan;
    private final Mode mode;
    private final Set<String> unavailable = ConcurrentHashMap.newKeySet();
    private final Preflight preflight;

    FirstConnections(Reporter reporter, GucPlan plan, Mode mode, Preflight preflight) {
        this.reporter = reporter;
        this.plan = plan;
        this.mode = mode;
        this.preflight = preflight;
    }

    @Override
    public void firstConnection(Database database, RoleFacts role, String strategy, boolean pooled) {
        Catalog catalog = database.catalog();
        List<Cover.GucUse> gucs = new ArrayList<>();
        for (String name : plan.names()) {
            gucs.add(new Cover.GucUse(name, catalog.policiesMentioning(name)));
        }
        reporter.cover(new Cover(
                database.name(),
                role.currentUser(),
                mode == Mode.AUDIT ? "none" : strategy,
                catalog.protectedCount(),
                catalog.rlsCount(),
                catalog.forceCount(),
                gucs,
                List.copyOf(catalog.gucsInPolicies()),
                pooled));
        preflight.firstConnection(database, role);
    }

    @Override
    public void opened(Session session) {
        preflight.opened(session);
    }

    @Override
    public void catalogRead(Database database) {
        preflight.catalogRead(database);
    }

    @Override
    public void touched(Session session, List<CatalogTable> tables) {
        preflight.touched(session, tables);
    }

    @Override
    public void unavailable(String database, SQLException cause) {
        unavailable.add(database);
        reporter.finding(new Finding(
                "catalog-unavailable",
                Level.ERROR,
                "database " + database,
                "the catalog could not be read (SQLState " + cause.getSQLState() + ": " + cause.getMessage()
                        + "), so that protected tables are not known",
                mode == Mode.ENFORCE
                        ? "statements are refused until it can be read; it is tried again at the next statement"
                        : "it is tried again at the next statement; let the role connect and read pg_catalog, which"
                                + " every role may by default"));
    }

    @Override
    public void available(String database) {
        unavailable.remove(database);
    }

    HealthState health() {
        return switch (mode) {
            case OFF -> HealthState.OFF;
            case AUDIT -> HealthState.AUDIT;
            case INJECT, ENFORCE -> unavailable.isEmpty() ? HealthState.PROTECTING : HealthState.DEGRADED;
        };
    }
}
