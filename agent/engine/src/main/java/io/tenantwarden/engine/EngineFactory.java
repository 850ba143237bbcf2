package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.AgentErrors;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.TaskBridge;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.GucTemplate;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.TablePattern;
import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.policy.JdbcGate;
import io.tenantwarden.engine.policy.MessageScopes;
import io.tenantwarden.engine.policy.MethodScopes;
import io.tenantwarden.engine.policy.PgjdbcGate;
import io.tenantwarden.engine.policy.ScopeResolver;
import io.tenantwarden.engine.policy.StatementGate;
import io.tenantwarden.engine.policy.TaskScopes;
import io.tenantwarden.engine.report.Finding;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Level;
import io.tenantwarden.engine.report.LogMode;
import io.tenantwarden.engine.report.LoggerFactories;
import io.tenantwarden.engine.report.ReportSettings;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.session.CatalogRefresher;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Checkouts;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.FactsReader;
import io.tenantwarden.engine.session.OwnConnections;
import io.tenantwarden.engine.session.TenantChecks;
import io.tenantwarden.engine.tenant.LoadedClasses;
import io.tenantwarden.engine.tenant.MessageValues;
import io.tenantwarden.engine.tenant.Opener;
import io.tenantwarden.engine.tenant.ReadGuard;
import io.tenantwarden.engine.tenant.RequestValues;
import io.tenantwarden.engine.tenant.SourceContext;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantFormat;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.TenantType;
import io.tenantwarden.engine.tenant.ValueSources;
import io.tenantwarden.rls.CatalogOptions;
import io.tenantwarden.rls.audit.AuditOptions;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Puts the parts of the engine together as the configuration says. */
public final class EngineFactory {

    private static final StackWalker CLASSES = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** What is told only when the application had time to do better. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Config config;
    private final Reporter reporter;
    private final LoggerFactories loggerFactories = new LoggerFactories();
    private final LoadedClasses classes;
    private final SiteFinder sites;
    private final TenantReader reader;
    private final ValueSources values;
    private final MethodScopes methods;
    private final Engine engine;
    private final TaskScopes tasks;
    private final RequestValues requests;
    private final MessageValues messages;

    /**
     * @param config complete and checked
     * @param version of the agent
     * @param opener opens packages of named modules to the agent
     * @throws IllegalArgumentException when a value of the configuration contradicts another
     */
    public EngineFactory(Config config, String version, Opener opener) {
        this.config = config;
        this.reporter = new Reporter(
                new ReportSettings(
                        config.mode().name().toLowerCase(java.util.Locale.ROOT),
                        version,
                        LogMode.valueOf(config.log().name()),
                        config.reports(),
                        config.baseline()),
                loggerFactories,
                EngineFactory::internal);
        this.sites = new SiteFinder(config.appPackages());
        List<SourceSpec> extra = extraSources();
        List<SourceSpec> all = new ArrayList<>(config.tenantSources());
        all.addAll(extra);
        this.classes = LoadedClasses.forSources(all);
        SourceContext context = new SourceContext(classes, this::siteLoader, opener);
        TenantFormat format =
                new TenantFormat(TenantType.valueOf(config.tenantType().name()), config.tenantPattern());
        ReadGuard guard = new Guard();
        this.reader = new TenantReader(config.tenantSources(), format, context, guard);
        this.values = new ValueSources(extra, context, guard);
        this.requests = new RequestValues(reader, values);
        this.messages = new MessageValues(reader, values);
        ScopeResolver scopes = new ScopeResolver(reader, this::sourceFailed);
        this.methods = new MethodScopes(config.scopes(), config.bypasses(), scopes, format, reporter);
        GucPlan plan = GucPlan.of(values(config.guc()), values(config.gucBypass()), values(config.gucNone()));
        CatalogOptions catalogOptions = new CatalogOptions(
                config.tenantColumns(), patterns(config.tablesInclude()), patterns(config.tablesExclude()));
        OwnConnections own = new OwnConnections();
        FactsReader facts = new FactsReader(catalogOptions, own);
        FirstConnections firstConnections = new FirstConnections(
                reporter, plan, config.mode(), preflight(facts), () -> reporter.selfCheckFrom(PATIENCE));
        Catalogs catalogs = new Catalogs(
                catalogOptions,
                config.catalogRefresh().toNanos(),
                config.datasourceExclude(),
                own,
                refresher(catalogOptions, own),
                firstConnections);
        StatementGate gate = new StatementGate(
                config.mode(), plan, catalogs, sites, reporter, Set.copyOf(config.bypassRoles()), tenantChecks());
        DriverObjects objects = new DriverObjects();
        Checkouts checkouts = new Checkouts(() -> scopeOfThread(scopes), this::debug, objects);
        Coverage coverage = new Coverage(config.mode(), config.datasourceExclude(), sites, reporter);
        TenantReader messageReader = new TenantReader(
                config.tenantSources().stream()
                        .filter(spec -> spec.kind().isMessage())
                        .toList(),
                format,
                context,
                guard);
        MessageScopes messageScopes = new MessageScopes(messages, messageReader, scopes, this::sourceFailed);
        this.engine = new Engine(
                config.mode(),
                plan,
                new PgjdbcGate(gate, scopes),
                new JdbcGate(gate, scopes),
                catalogs,
                checkouts,
                methods,
                requests,
                messageScopes,
                reporter,
                sites,
                objects,
                coverage);
        this.tasks =
                new TaskScopes(scopes, sites, config.propagate(), (where, bug) -> engine.failed(where, bug, false));
        reporter.agentErrors(AgentErrors::count);
        reporter.health(() -> coverage.health(firstConnections.health()));
        reporter.after(PATIENCE, coverage::tellIfIdle);
        methods.expiring().forEach(reporter::finding);
        reporter.selfCheck(this::selfCheck);
    }

    private CatalogRefresher refresher(CatalogOptions options, OwnConnections own) {
        return new CatalogRefresher(
                own,
                options,
                config.catalogRefresh().toNanos(),
                EngineFactory::internal,
                bug -> engine().failed("catalog", bug, false));
    }

    private Preflight preflight(FactsReader facts) {
        return new Preflight(
                reporter,
                facts,
                new AuditOptions(
                        config.gucNames(),
                        config.gucBypass().stream().map(GucAssignment::name).toList(),
                        List.of()),
                config.catalogRefresh().toNanos(),
                Set.copyOf(config.bypassRoles()),
                EngineFactory::internal,
                bug -> engine().failed("preflight", bug, false));
    }

    /** Null when tenants are not checked; in audit nothing is sent but the reading of the catalog. */
    private TenantChecks tenantChecks() {
        if (config.tenantCheck() == null || config.mode() == Mode.AUDIT) {
            return null;
        }
        return new TenantChecks(
                config.tenantCheck(),
                config.tenantCheckTtl(),
                TenantType.valueOf(config.tenantType().name()),
                new CheckFailures(reporter, config.mode()));
    }

    /** What a running application shows to be missing: names in the configuration that mean nothing in it. */
    private List<Finding> selfCheck() {
        List<Finding> findings = new ArrayList<>(methods.unmatched());
        List<String> notLoaded = new ArrayList<>(reader.notLoaded());
        notLoaded.addAll(values.notLoaded());
        for (String source : new LinkedHashSet<>(notLoaded)) {
            findings.add(new Finding(
                    "source-not-loaded",
                    Level.WARN,
                    source,
                    "the application has not loaded what this tenant source reads, so that it never answered so far",
                    "compare its class with the code, or take the source out; all is well when the class is only loaded"
                            + " later"));
        }
        return findings;
    }

    public Engine engine() {
        return engine;
    }

    public Reporter reporter() {
        return reporter;
    }

    /** Whether HTTP requests matter to some source. */
    public boolean readsRequests() {
        return !requests.isEmpty();
    }

    /** Whether messages matter to some source. */
    public boolean readsMessages() {
        return !messages.isEmpty();
    }

    /** Whether Hibernate's tenant resolver matters to some source. */
    public boolean readsHibernate() {
        return reader.reads(SourceSpec.Kind.HIBERNATE) || values.reads(SourceSpec.Kind.HIBERNATE);
    }

    /** The methods that run in a scope of their own; the index is the number of the rule. */
    public List<MethodPattern> methodRules() {
        return methods.patterns();
    }

    /** What tasks on other threads run as. */
    public TaskBridge tasks() {
        return tasks;
    }

    /** Whether a thread can be in a scope that a task could lose. */
    public boolean hasScopes() {
        return !config.tenantSources().isEmpty() || !methods.patterns().isEmpty();
    }

    /** A class has methods that rule number {@code rule} means. */
    public void ruleMatched(int rule) {
        methods.matched(rule);
    }

    /** Told of every class that the application loads. */
    public void classLoaded(ClassLoader loader, String internalName) {
        classes.noteClass(loader, internalName);
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

    private static Scope scopeOfThread(ScopeResolver scopes) {
        Scope scope = scopes.current(ThreadState.current(), Scope::tenant);
        return scope == null ? Scope.NONE : scope;
    }

    private List<SourceSpec> extraSources() {
        List<SourceSpec> sources = new ArrayList<>();
        for (List<GucAssignment> assignments : List.of(config.guc(), config.gucBypass(), config.gucNone())) {
            for (GucAssignment assignment : assignments) {
                for (GucTemplate.Part part : assignment.value().parts()) {
                    if (part.source() != null) {
                        sources.add(part.source());
                    }
                }
            }
        }
        return sources;
    }

    private Map<String, GucPlan.Value> values(List<GucAssignment> assignments) {
        Map<String, GucPlan.Value> values = new LinkedHashMap<>();
        for (GucAssignment assignment : assignments) {
            values.put(assignment.name(), new TemplateValue(assignment.value(), this.values, this::sourceFailed));
        }
        return values;
    }

    private static List<String> patterns(List<TablePattern> patterns) {
        return patterns.stream()
                .map(pattern -> pattern.schema() + "." + pattern.table())
                .toList();
    }

    private void sourceFailed(TenantSourceException failure) {
        FoundSite found = sites.find();
        ViolationKind kind = failure.kind() == TenantSourceException.Kind.INVALID_TENANT
                ? ViolationKind.INVALID_TENANT
                : ViolationKind.SOURCE_FAILED;
        reporter.violation(ViolationEvent.of(kind, found.site())
                .stack(found.stack())
                .detail(failure.source() + " " + failure.getMessage())
                .build());
    }

    private ClassLoader siteLoader() {
        String name = sites.site().className();
        return CLASSES.walk(
                frames -> frames.filter(frame -> frame.getClassName().equals(name))
                        .findFirst()
                        .map(frame -> frame.getDeclaringClass().getClassLoader())
                        .orElse(null));
    }

    private final class Guard implements ReadGuard {
        @Override
        public Object enter() {
            ThreadState thread = ThreadState.current();
            return thread.enterReading() ? thread : null;
        }

        @Override
        public void exit(Object entered) {
            ((ThreadState) entered).leaveReading();
        }

        @Override
        public void recursive(String sources) {
            reporter.warn("the tenant source " + sources + " runs SQL itself; that SQL has no tenant. Let the source"
                    + " return a value that was looked up before");
        }
    }
}
