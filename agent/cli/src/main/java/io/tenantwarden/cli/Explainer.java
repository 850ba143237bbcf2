package io.tenantwarden.cli;

import io.tenantwarden.cli.ExplainSession.Run;
import io.tenantwarden.cli.Explanation.Counts;
import io.tenantwarden.cli.Explanation.Setting;
import io.tenantwarden.cli.Explanation.Table;
import io.tenantwarden.cli.Explanation.Truth;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.explain.Access;
import io.tenantwarden.rls.explain.AccessReader;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds out what {@link Explanation} says, in one read-only transaction. First as the role without a tenant: once a setting
 * was made, the server knows its name and says '' where it said null. Used once, by one thread.
 */
final class Explainer {

    private final ExplainSession session;
    private final Config config;
    private final ExplainStatement statement;
    private final String tenant;
    private final Map<String, String> given;
    private final String as;
    private final List<String> notes = new ArrayList<>();

    private RoleFacts role;
    private Catalog catalog;
    private RowCounts rows;
    private List<Access> accesses;
    private Set<String> unknown;
    private Run none;
    private Run with;
    private Map<String, String> valuesNone;
    private Map<String, String> valuesWith = Map.of();
    private final Map<Access, Counts> countsNone = new HashMap<>();
    private final Map<Access, Counts> countsWith = new HashMap<>();
    private final Map<String, String> verdicts = new HashMap<>();
    private final Map<Access, Truth> truths = new HashMap<>();
    private final Map<Access, ExplainPerformance> performance = new HashMap<>();
    private final Map<String, Long> variants = new LinkedHashMap<>();
    private Long matching;

    /**
     * @param tenant whose rows are missed; null for the session as it is
     * @param given settings that the application's session has
     * @param as the role that the application has; null for the login's own
     */
    Explainer(
            ExplainSession session,
            Config config,
            ExplainStatement statement,
            String tenant,
            Map<String, String> given,
            String as) {
        this.session = session;
        this.config = config;
        this.statement = statement;
        this.tenant = tenant;
        this.given = given;
        this.as = as;
    }

    /**
     * Asks the server.
     *
     * @throws SQLException when the connection is lost, or the catalog cannot be read
     */
    Explanation explain() throws SQLException {
        session.within(() -> {
            if (as != null) {
                session.become(as);
            }
            asTheRole();
            return null;
        });
        asTheLogin();
        List<Table> tables = new ArrayList<>();
        for (Access a : accesses) {
            ExplainPerformance p = performance.getOrDefault(a, ExplainPerformance.NONE);
            tables.add(new Table(
                    a,
                    countsNone.get(a),
                    countsWith.get(a),
                    truths.get(a),
                    p.estimate(),
                    p.scans(),
                    p.tenantIndexes(),
                    p.notLeakproof(),
                    p.perRow()));
        }
        List<Setting> settings = settings();
        Explanation open = new Explanation(
                role.database(),
                role.currentUser(),
                role.serverVersion(),
                statement.sql(),
                tenant,
                settings,
                none,
                with,
                List.copyOf(tables),
                List.copyOf(notes),
                null);
        Explanation.Conclusion conclusion =
                new ExplainConclusion(open, statement, unknown, verdicts, variants, matching, as != null).draw();
        return new Explanation(
                open.database(),
                open.role(),
                open.serverVersion(),
                open.sql(),
                open.tenant(),
                settings,
                none,
                with,
                open.tables(),
                open.notes(),
                conclusion);
    }

    private void asTheRole() throws SQLException {
        role = RoleFacts.read(session.connection());
        catalog = Catalog.read(session.connection(), new CatalogOptions(config.tenantColumns(), List.of(), List.of()));
        rows = new RowCounts(session, catalog, this::note);
        AccessReader reader = new AccessReader(session.connection(), catalog, role);
        accesses = reader.read(statement.parsed());
        unknown = reader.unknown();
        Set<String> names = new TreeSet<>();
        config.gucNames().forEach(n -> names.add(n.toLowerCase(Locale.ROOT)));
        given.keySet().forEach(n -> names.add(n.toLowerCase(Locale.ROOT)));
        accesses.forEach(a -> a.table().policies().forEach(p -> names.addAll(p.gucs())));
        names.add("row_security");
        session.within(() -> {
            session.set(given);
            valuesNone = session.values(names);
            none = run();
            for (Access a : accesses) {
                Counts c = rows.count(a);
                if (c != null) {
                    countsNone.put(a, c);
                }
            }
            if (tenant == null) {
                verdicts();
                performance(none);
            }
            return null;
        });
        if (tenant == null) {
            return;
        }
        session.within(() -> {
            session.set(given);
            session.set(ProbeRun.settings(config.guc(), tenant));
            valuesWith = session.values(names);
            with = run();
            for (Access a : accesses) {
                Counts c = rows.count(a);
                if (c != null) {
                    countsWith.put(a, c);
                }
            }
            verdicts();
            performance(with);
            if (with.rows() != null && with.rows() == 0) {
                matching = matchingOfOthers();
            }
            return null;
        });
        if (with.rows() != null && with.rows() == 0) {
            tryOtherSpellings();
        }
    }

    private Run run() throws SQLException {
        Run run = session.explain(statement.sql(), statement.reads(), false);
        if (run.isState("25006")) {
            note("The statement would write, and is only planned, not executed: its own rows are not counted.");
            return session.explain(statement.sql(), false, false);
        }
        if (run.isState("57014")) {
            note("The statement took longer than 30 s and was stopped: its own rows are not counted.");
            return session.explain(statement.sql(), false, false);
        }
        if (!statement.reads() && run.error() == null) {
            note("The statement is only planned, not executed: its own rows are not counted.");
        }
        return run;
    }

    private void note(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    /** Which policies say the same for every row: true, false, or null for those that look at the row. */
    private void verdicts() throws SQLException {
        for (Access a : accesses) {
            if (!a.filtered()) {
                continue;
            }
            for (Policy p : a.applying()) {
                if (p.using() != null) {
                    List<String> row = session.attempt("SELECT (" + p.using() + ")");
                    if (row != null) {
                        verdicts.put(
                                a.table().qualifiedName() + "/" + p.name(), "t".equals(row.get(0)) ? "true" : "false");
                    }
                }
            }
        }
    }

    private void performance(Run run) throws SQLException {
        ExplainPerformance.Reader reader = new ExplainPerformance.Reader(session, catalog);
        for (Access a : accesses) {
            List<ExplainPlan.Scan> scans =
                    run.plan() == null ? List.of() : run.plan().of(rows.family(a.table()));
            performance.put(a, reader.read(a, scans, rows.filter(a), rows.estimate(a.table())));
        }
    }

    /** Rows that meet the statement's own conditions and that a policy alone keeps back; null when that does not show. */
    private Long matchingOfOthers() throws SQLException {
        Run byIndex = session.explain(statement.sql(), statement.reads(), List.of("seqscan"));
        if (byIndex.plan() == null || !byIndex.plan().analyzed()) {
            return null;
        }
        for (Access a : accesses) {
            String filter = rows.filter(a);
            Counts counts = countsWith.get(a);
            if (!a.filtered() || filter == null || counts == null) {
                continue;
            }
            Set<String> policies = Set.copyOf(ExplainPlan.conjuncts(filter));
            for (ExplainPlan.Scan s : byIndex.plan().of(rows.family(a.table()))) {
                boolean own = s.indexCondition() != null
                        && ExplainPlan.conjuncts(s.indexCondition()).stream().noneMatch(policies::contains);
                if (own && s.filter() != null && policies.containsAll(ExplainPlan.conjuncts(s.filter()))) {
                    return s.removed();
                }
            }
        }
        return null;
    }

    private void tryOtherSpellings() throws SQLException {
        for (String spelling : OtherSpellings.of(tenant)) {
            session.within(() -> {
                session.set(given);
                session.set(ProbeRun.settings(config.guc(), spelling));
                for (Access a : accesses) {
                    Counts was = countsWith.get(a);
                    if (was != null && was.passed() == 0 && a.filtered()) {
                        Counts now = rows.count(a);
                        if (now != null && now.passed() > 0) {
                            variants.put(spelling, now.passed());
                        }
                    }
                }
                return null;
            });
        }
    }

    /** What the login counts where no policy holds for it. */
    private void asTheLogin() throws SQLException {
        if (as == null) {
            return;
        }
        session.within(() -> {
            RoleFacts login = RoleFacts.read(session.connection());
            session.set(given);
            if (tenant != null) {
                session.set(ProbeRun.settings(config.guc(), tenant));
            }
            boolean all = true;
            for (Access a : accesses) {
                boolean sees = login.bypassesRls()
                        || !a.table().forced()
                                && login.roles().contains(a.table().owner());
                all &= sees || !a.table().rls();
                if (sees && a.table().rls() && rows.isCountable(a.table())) {
                    Truth truth = ExplainTruth.of(session, a, tenant);
                    if (truth != null) {
                        truths.put(a, truth);
                    }
                }
            }
            if (all && statement.reads()) {
                Run run = session.explain(statement.sql(), true, false);
                if (run.rows() != null) {
                    matching = run.rows();
                }
            }
            if (!all) {
                note("The login does not see all rows either: what is hidden is not known. Give --user of a role that"
                        + " bypasses row-level security, beside --as.");
            }
            return null;
        });
    }

    private List<Setting> settings() {
        List<String> configured =
                config.gucNames().stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
        List<Setting> settings = new ArrayList<>();
        valuesNone.forEach((name, value) -> {
            int policies = (int) accesses.stream()
                    .map(Access::table)
                    .distinct()
                    .flatMap(t -> t.policies().stream())
                    .filter(p -> p.gucs().contains(name))
                    .count();
            if (!name.equals("row_security") || "off".equals(value)) {
                settings.add(new Setting(
                        name,
                        value,
                        tenant == null ? null : valuesWith.get(name),
                        policies,
                        configured.contains(name)));
            }
        });
        return List.copyOf(settings);
    }
}
