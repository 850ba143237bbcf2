package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.AgentErrors;
import io.tenantwarden.bootstrap.TaskBridge;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ApplicationName;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.Functions;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.Hold;
import io.tenantwarden.engine.config.Jmx;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.Metrics;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.config.TablePattern;
import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.drivers.ClientRefusals;
import io.tenantwarden.engine.drivers.DriverEvents;
import io.tenantwarden.engine.drivers.DriverShapes;
import io.tenantwarden.engine.drivers.LateConnections;
import io.tenantwarden.engine.drivers.ResultRows;
import io.tenantwarden.engine.drivers.UncoveredSessions;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.policy.JdbcGate;
import io.tenantwarden.engine.policy.MethodScopes;
import io.tenantwarden.engine.policy.PgjdbcGate;
import io.tenantwarden.engine.policy.ScopeResolver;
import io.tenantwarden.engine.policy.SeenPatterns;
import io.tenantwarden.engine.policy.StatementGate;
import io.tenantwarden.engine.policy.TaskScopes;
import io.tenantwarden.engine.policy.TenantLoops;
import io.tenantwarden.engine.preflight.CheckFailures;
import io.tenantwarden.engine.preflight.FirstConnections;
import io.tenantwarden.engine.preflight.Preflight;
import io.tenantwarden.engine.preflight.SelfCheck;
import io.tenantwarden.engine.report.Cost;
import io.tenantwarden.engine.report.JvmEnd;
import io.tenantwarden.engine.report.LoggerFactories;
import io.tenantwarden.engine.report.ReportSettings;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.TenantHash;
import io.tenantwarden.engine.session.CatalogRefresher;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Checkouts;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.FactsReader;
import io.tenantwarden.engine.session.NewConnections;
import io.tenantwarden.engine.session.OwnConnections;
import io.tenantwarden.engine.session.SeenDataSources;
import io.tenantwarden.engine.session.ServerQuestions;
import io.tenantwarden.engine.session.TenantChecks;
import io.tenantwarden.engine.session.TenantList;
import io.tenantwarden.engine.session.ValueProbes;
import io.tenantwarden.engine.tenant.Opener;
import io.tenantwarden.rls.audit.AuditOptions;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.CatalogOptions;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Puts the parts of the engine together as the configuration says. */
public final class EngineFactory {

    /** What is told only when the application had time to do better. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Config config;
    private final ModeSwitch mode;
    private final Reporter reporter;
    private final LoggerFactories loggerFactories = new LoggerFactories();
    private final SiteFinder sites;
    private final TenantSources sources;
    private final MethodScopes methods;
    private final TenantLoops loops;
    private final OwnErrors errors;
    private final Engine engine;
    private final TaskScopes tasks;
    private final SelfCheck selfCheck;

    /**
     * @param config complete and checked
     * @param version of the agent
     * @param opener opens packages of named modules to the agent
     * @param end where the last lines and the last report are written
     * @throws IllegalArgumentException when a value of the configuration contradicts another
     */
    public EngineFactory(Config config, String version, Opener opener, JvmEnd end) {
        this.config = config;
        this.mode = new ModeSwitch(config.mode(), config.jmx() == Jmx.CONTROL);
        this.reporter = new Reporter(
                new ReportSettings(
                        config.mode().name().toLowerCase(java.util.Locale.ROOT),
                        version,
                        config.log(),
                        config.reports(),
                        config.baseline(),
                        config.fail(),
                        config.sourceRoots(),
                        config.jmx() != Jmx.OFF,
                        config.metrics() != Metrics.OFF),
                loggerFactories,
                EngineFactory::internal,
                end);
        this.errors = new OwnErrors(mode, reporter::error);
        if (config.hashKey() != null) {
            TenantHash.key(config.hashKey().bytes());
        }
        this.sites = new SiteFinder(config.appPackages());
        this.sources = new TenantSources(config, mode, sites, reporter, opener);
        ScopeResolver scopes = sources.scopes();
        this.methods = new MethodScopes(config.scopes(), config.bypasses(), scopes, sources.format(), reporter);
        GucPlan plan = GucPlan.of(values(config.guc()), values(config.gucBypass()), values(config.gucNone()))
                .heldForSession(config.hold() == Hold.SESSION)
                .withRole(config.role());
        CatalogOptions catalogOptions = new CatalogOptions(
                config.tenantColumns(), patterns(config.tablesInclude()), patterns(config.tablesExclude()));
        OwnConnections own = new OwnConnections();
        FactsReader facts = new FactsReader(catalogOptions, own);
        FirstConnections firstConnections =
                new FirstConnections(reporter, plan, mode, preflight(facts), () -> reporter.selfCheckFrom(PATIENCE));
        Catalogs catalogs = new Catalogs(
                catalogOptions,
                config.catalogRefresh().toNanos(),
                own,
                refresher(catalogOptions, own),
                firstConnections);
        ServerQuestions questions = new ServerQuestions(catalogOptions);
        ValueProbes probes = new ValueProbes(firstConnections);
        NewConnections newConnections = new NewConnections(
                plan.tenantGucs(),
                config.datasourceExclude(),
                config.pooler(),
                own,
                catalogs,
                questions,
                probes,
                firstConnections);
        SeenDataSources dataSources = new SeenDataSources(this::debug);
        this.loops = new TenantLoops(
                config.loops(),
                mode,
                new TenantList(config.tenants(), own, catalogs, dataSources, plan)::read,
                scopes,
                sources.format(),
                reporter);
        StatementGate gate = new StatementGate(
                mode,
                plan,
                catalogs,
                questions,
                probes,
                sites,
                reporter,
                Set.copyOf(config.bypassRoles()),
                config.functions() == Functions.STRICT,
                config.acceptsSuperuser(),
                tenantChecks());
        DriverObjects objects = new DriverObjects();
        Checkouts checkouts = new Checkouts(scopes::atCheckout, this::debug, objects);
        Coverage coverage = new Coverage(mode, config.datasourceExclude(), sites, reporter);
        DriverShapes shapes = new DriverShapes(reporter, mode, coverage);
        UncoveredSessions uncovered = new UncoveredSessions(shapes);
        ConnectionHooks connections =
                new ConnectionHooks(mode, plan, shapes, objects, newConnections, coverage, checkouts);
        LateConnections late = new LateConnections(objects, connections::pickUp);
        ResultRows results = new ResultRows(
                gate.results(config.rowsCheck(), tenantOnly(config.guc()), names(config.gucBypass())), late, objects);
        Cost cost = reporter.cost();
        this.engine = new Engine(
                connections,
                new ExecutorHooks(new PgjdbcGate(gate, scopes), uncovered, errors, cost, objects, results),
                new StatementHooks(mode, plan, new JdbcGate(gate, scopes), uncovered, errors, cost, objects, late),
                results,
                new CheckoutHooks(checkouts),
                sources.requestScopes(),
                sources.messageScopes(),
                methods,
                loops,
                sources.left(),
                dataSources,
                new ClientRefusals(objects, coverage),
                new DriverEvents(reporter, sites, coverage, shapes),
                reporter,
                errors);
        this.tasks = new TaskScopes(scopes, sites, config.propagate(), errors::count);
        reporter.agentErrors(AgentErrors::count);
        reporter.health(() -> coverage.health(firstConnections.health()));
        reporter.catalogAges(firstConnections::catalogAges);
        reporter.after(PATIENCE, coverage::tellIfIdle);
        reporter.modeControl(new RunTimeMode(
                config.jmx(), hasScopes(), config.role(), mode, coverage, reporter, firstConnections::modeChanged));
        methods.expiring().forEach(reporter::finding);
        this.selfCheck = new SelfCheck(this::unmatched, sources.reader(), sources.values(), reporter::info);
        reporter.selfCheck(selfCheck);
    }

    /** The settings that hold the tenant and nothing else: columns that policies compare with them hold tenants as they are. */
    private static List<String> tenantOnly(List<GucAssignment> assignments) {
        return names(assignments.stream().filter(guc -> guc.value().isTenant()).toList());
    }

    private static List<String> names(List<GucAssignment> assignments) {
        return assignments.stream()
                .map(guc -> guc.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private CatalogRefresher refresher(CatalogOptions options, OwnConnections own) {
        return new CatalogRefresher(
                own,
                options,
                config.catalogRefresh().toNanos(),
                EngineFactory::internal,
                bug -> errors.count("catalog", bug));
    }

    private Preflight preflight(FactsReader facts) {
        return new Preflight(
                reporter,
                facts,
                new AuditOptions(
                        config.gucNames(),
                        config.gucBypass().stream()
                                .map(GucAssignment::name)
                                .filter(name -> !ApplicationName.is(name))
                                .toList(),
                        List.of()),
                config.tenantColumns(),
                config.catalogRefresh().toNanos(),
                Set.copyOf(config.bypassRoles()),
                EngineFactory::internal,
                bug -> errors.count("preflight", bug));
    }

    /** Null when tenants are not checked; in audit nothing is sent but the reading of the catalog. */
    private TenantChecks tenantChecks() {
        if (config.tenantCheck() == null || !mode.mayInject()) {
            return null;
        }
        return new TenantChecks(
                config.tenantCheck(), config.tenantCheckTtl(), config.tenantType(), new CheckFailures(reporter, mode));
    }

    public Engine engine() {
        return engine;
    }

    public Reporter reporter() {
        return reporter;
    }

    /** The mode of each moment. */
    public ModeSwitch mode() {
        return mode;
    }

    /** Where tenants are read, and what that needs of the application's classes. */
    public TenantSources sources() {
        return sources;
    }

    /** The methods that run in a scope of their own; the index is the number of the rule. */
    public List<MethodPattern> methodRules() {
        return methods.patterns();
    }

    /** The methods that run once for each tenant; the index is the number of the loop. */
    public List<MethodPattern> loops() {
        return loops.patterns();
    }

    private List<Finding> unmatched() {
        List<Finding> findings = new ArrayList<>(methods.seen().unmatched());
        findings.addAll(loops.seen().unmatched());
        return findings;
    }

    /** What tasks on other threads run as. */
    public TaskBridge tasks() {
        return tasks;
    }

    /** Whether a thread can be in a scope that a task could lose. */
    public boolean hasScopes() {
        return !config.tenantSources().isEmpty()
                || !methods.patterns().isEmpty()
                || !loops.patterns().isEmpty();
    }

    /** A class has methods that rule number {@code rule} means. */
    public void ruleMatched(int rule) {
        methods.seen().matched(rule);
    }

    /** As {@link SeenPatterns#inherited}. */
    public void ruleInherited(int rule, String declaredIn) {
        methods.seen().inherited(rule, declaredIn);
    }

    /** As {@link #ruleMatched}, for a loop. */
    public void loopMatched(int loop) {
        loops.seen().matched(loop);
    }

    /** As {@link #ruleInherited}, for a loop. */
    public void loopInherited(int loop, String declaredIn) {
        loops.seen().inherited(loop, declaredIn);
    }

    /** Told of every class that the application loads. */
    public void classLoaded(ClassLoader loader, String internalName) {
        if (sources.classes().noteClass(loader, internalName)) {
            selfCheck.sourceLoaded();
        }
        reporter.classLoaded(loader, internalName);
        if (internalName.equals("org/slf4j/LoggerFactory")) {
            loggerFactories.addLoader(loader);
        }
    }

    /** Writes a line when {@code warden.debug} is on. */
    public void debug(String text) {
        if (config.debug()) {
            reporter.info("debug: " + text);
        }
    }

    /** As {@link #debug}, once, when the JVM exits. */
    public void debugAtExit(Supplier<String> text) {
        if (config.debug()) {
            reporter.atExit(() -> "debug: " + text.get());
        }
    }

    /**
     * What runs inside is Warden's own: SQL of the application's log appender is neither injected nor reported. Under a
     * security manager it may do what the agent may, not what the code may that made the thread.
     */
    @SuppressWarnings("removal")
    private static Runnable internal(Runnable work) {
        return () -> {
            ThreadState thread = ThreadState.current();
            thread.enterInternal();
            try {
                AccessController.doPrivileged((PrivilegedAction<Void>) () -> {
                    work.run();
                    return null;
                });
            } finally {
                thread.leaveInternal();
            }
        };
    }

    private Map<String, GucPlan.Value> values(List<GucAssignment> assignments) {
        Map<String, GucPlan.Value> values = new LinkedHashMap<>();
        for (GucAssignment assignment : assignments) {
            values.put(assignment.name(), new TemplateValue(assignment, sources.values(), sources::failed));
        }
        return values;
    }

    private static List<String> patterns(List<TablePattern> patterns) {
        return patterns.stream()
                .map(pattern -> pattern.schema() + "." + pattern.table())
                .toList();
    }
}
