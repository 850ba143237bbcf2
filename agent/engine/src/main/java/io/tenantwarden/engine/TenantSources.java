package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.GucTemplate;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.policy.LeftValues;
import io.tenantwarden.engine.policy.MessageScopes;
import io.tenantwarden.engine.policy.RequestScopes;
import io.tenantwarden.engine.policy.ScopeResolver;
import io.tenantwarden.engine.policy.SettingPlaces;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.tenant.FreshThread;
import io.tenantwarden.engine.tenant.LoadedClasses;
import io.tenantwarden.engine.tenant.MessageValues;
import io.tenantwarden.engine.tenant.Opener;
import io.tenantwarden.engine.tenant.ReadGuard;
import io.tenantwarden.engine.tenant.RequestValues;
import io.tenantwarden.engine.tenant.SourceContext;
import io.tenantwarden.engine.tenant.SourceKind;
import io.tenantwarden.engine.tenant.SourceKinds;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantFormat;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.ValueSources;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts together what reads tenants, and tells instrumentation what that needs of the application's classes. */
public final class TenantSources {

    private final Config config;
    private final SiteFinder sites;
    private final Reporter reporter;
    private final LoadedClasses classes;
    private final TenantFormat format;
    private final TenantReader reader;
    private final ValueSources values;
    private final RequestValues requests;
    private final MessageValues messages;
    private final SettingPlaces places;
    private final LeftValues left;
    private final ScopeResolver scopes;
    private final MessageScopes messageScopes;

    TenantSources(Config config, ModeSwitch mode, SiteFinder sites, Reporter reporter, Opener opener) {
        this.config = config;
        this.sites = sites;
        this.reporter = reporter;
        List<SourceSpec> extra = extraSources(config);
        List<SourceSpec> all = new ArrayList<>(config.tenantSources());
        all.addAll(extra);
        this.classes = LoadedClasses.forSources(all);
        SourceContext context = new SourceContext(classes, sites::loader, opener);
        this.format = new TenantFormat(config.tenantType(), config.tenantPattern());
        ReadGuard guard = new Guard(true);
        this.reader = new TenantReader(config.tenantSources(), format, context, guard);
        this.values = new ValueSources(extra, context, guard);
        this.requests = new RequestValues(reader, values);
        this.messages = new MessageValues(reader, values);
        FreshThread fresh = new FreshThread(reader, TenantSources::startInternal);
        this.places = new SettingPlaces(mdcKeys(config), sites);
        this.left = leftValues(mode, context, fresh);
        this.scopes = new ScopeResolver(reader, values, fresh, left, this::failed);
        TenantReader messageReader = new TenantReader(
                config.tenantSources().stream()
                        .filter(spec -> spec.kind().isMessage())
                        .toList(),
                format,
                context,
                guard);
        this.messageScopes = new MessageScopes(messages, messageReader, scopes, left, this::failed);
    }

    LoadedClasses classes() {
        return classes;
    }

    /** What a tenant id looks like. */
    TenantFormat format() {
        return format;
    }

    /** The configured sources, in their order. */
    TenantReader reader() {
        return reader;
    }

    /** Sources in braces in {@code warden.guc}. */
    ValueSources values() {
        return values;
    }

    LeftValues left() {
        return left;
    }

    ScopeResolver scopes() {
        return scopes;
    }

    RequestScopes requestScopes() {
        return new RequestScopes(requests, left);
    }

    MessageScopes messageScopes() {
        return messageScopes;
    }

    /** Whether HTTP requests matter to some source. */
    public boolean readsRequests() {
        return !requests.isEmpty();
    }

    /** Whether a source may be left with a value of an earlier request on a thread. */
    public boolean watchesThreads() {
        return config.tenantSources().stream().anyMatch(SourceSpec::isOfThread);
    }

    /** The application's classes that keep what sources read, and probably set it: names with dots. */
    public Set<String> settingClasses() {
        return config.tenantSources().stream()
                .filter(spec -> spec.kind().isMember())
                .map(SourceSpec::target)
                .collect(Collectors.toSet());
    }

    /** Whether a source of this kind gives the tenant. */
    public boolean readsTenantFrom(SourceKind kind) {
        return reader.reads(kind);
    }

    /** See {@link SettingPlaces#add}. */
    public int settingPlace(String className, SettingPlaces.Kind kind) {
        return places.add(className, kind);
    }

    /** Whether messages matter to some source. */
    public boolean readsMessages() {
        return !messages.isEmpty();
    }

    /** Whether Hibernate's tenant resolver matters to some source. */
    public boolean readsHibernate() {
        return reader.reads(SourceKinds.HIBERNATE) || values.reads(SourceKinds.HIBERNATE);
    }

    private LeftValues leftValues(ModeSwitch mode, SourceContext context, FreshThread fresh) {
        TenantReader threads = new TenantReader(
                config.tenantSources().stream().filter(SourceSpec::isOfThread).toList(),
                format,
                context,
                new Guard(false));
        return new LeftValues(reader, threads, fresh, places, mode, sites, reporter::violation);
    }

    private static Set<String> mdcKeys(Config config) {
        return config.tenantSources().stream()
                .filter(spec -> spec.kind() == SourceKinds.MDC)
                .map(SourceSpec::target)
                .collect(Collectors.toSet());
    }

    /** Nothing is carried to it. */
    private static void startInternal(Thread thread) {
        ThreadState state = ThreadState.current();
        state.enterInternal();
        try {
            thread.start();
        } finally {
            state.leaveInternal();
        }
    }

    private static List<SourceSpec> extraSources(Config config) {
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

    /** A source failed while it was asked. */
    void failed(TenantSourceException failure) {
        FoundSite found = sites.find();
        ViolationKind kind = failure.kind() == TenantSourceException.Kind.INVALID_TENANT
                ? ViolationKind.INVALID_TENANT
                : ViolationKind.SOURCE_FAILED;
        reporter.violation(ViolationEvent.of(kind, found.site())
                .stack(found.stack())
                .detail(failure.source() + " " + failure.getMessage())
                .build());
    }

    /** One for all readers: a source that runs SQL must not be asked by that SQL, whichever reader asks. */
    private final class Guard implements ReadGuard {
        private final boolean tells;

        Guard(boolean tells) {
            this.tells = tells;
        }

        @Override
        public Object enter() {
            return enter(ThreadState.current());
        }

        @Override
        public Object enter(ThreadState current) {
            return current.enterReading() ? current : null;
        }

        @Override
        public boolean exit(Object entered) {
            ThreadState thread = (ThreadState) entered;
            thread.leaveReading();
            return thread.sourceCameBack();
        }

        @Override
        public void recursive(String sources) {
            if (tells) {
                reporter.warn(
                        "the tenant source " + sources + " runs SQL itself. That SQL has no tenant. What the source"
                                + " says when a connection is borrowed from a pool counts until that is closed, because asking again"
                                + " would take a second connection. Look the tenant up once, where a request begins, and let the"
                                + " source return that");
            }
        }
    }
}
