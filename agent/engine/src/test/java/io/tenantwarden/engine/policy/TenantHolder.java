package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.tenant.AppFrames;
import io.tenantwarden.engine.tenant.FreshThread;
import io.tenantwarden.engine.tenant.LoadedClasses;
import io.tenantwarden.engine.tenant.Opener;
import io.tenantwarden.engine.tenant.ReadGuard;
import io.tenantwarden.engine.tenant.SourceContext;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantFormat;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.TenantType;
import io.tenantwarden.engine.tenant.ValueSources;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** An application's tenant holder, and a resolver that reads it as a {@code method:} source. */
public final class TenantHolder {

    private static final ThreadLocal<Object> CURRENT = new ThreadLocal<>();
    private static final ThreadLocal<Object> INHERITED = new InheritableThreadLocal<>();
    private static volatile Object everybody;

    private TenantHolder() {}

    /** Answers what was set; throws it when it is an exception. */
    public static Object current() {
        if (CURRENT.get() instanceof RuntimeException failure) {
            throw failure;
        }
        Object own = CURRENT.get() != null ? CURRENT.get() : INHERITED.get();
        return own != null ? own : everybody;
    }

    /** What is answered on every thread that has no answer of its own. */
    static void everybody(Object answer) {
        everybody = answer;
    }

    static void inherited(Object answer) {
        INHERITED.set(answer);
    }

    static void set(Object answer) {
        CURRENT.set(answer);
    }

    static TenantFormat format() {
        return new TenantFormat(TenantType.TEXT, null);
    }

    private static final SourceContext CONTEXT =
            new SourceContext(LoadedClasses.forSources(List.of()), AppFrames.NONE, Opener.NONE);

    static TenantReader reader() {
        List<SourceSpec> specs = List.of(SourceSpec.parse("method:" + TenantHolder.class.getName() + "#current"));
        LoadedClasses classes = LoadedClasses.forSources(specs);
        classes.noteClass(
                TenantHolder.class.getClassLoader(),
                TenantHolder.class.getName().replace('.', '/'));
        SourceContext context = new SourceContext(classes, AppFrames.NONE, Opener.NONE);
        return new TenantReader(specs, format(), context, new Guard());
    }

    /** A resolver, what it needs, and the setter of the holder as instrumented code has it. */
    static final class Parts {
        final List<ViolationEvent> violations = new ArrayList<>();
        final TenantReader reader = reader();
        final FreshThread fresh = new FreshThread(reader, Thread::start);
        final SettingPlaces places;
        final LeftValues left;
        final ScopeResolver scopes;
        private final int place;

        /** @param refuses {@code warden.mode=enforce} */
        Parts(boolean refuses, Consumer<TenantSourceException> failures) {
            SiteFinder sites = new SiteFinder(List.of());
            places = new SettingPlaces(Set.of("tenantId"), sites);
            left = new LeftValues(
                    reader,
                    reader,
                    fresh,
                    places,
                    new ModeSwitch(refuses ? Mode.ENFORCE : Mode.INJECT),
                    sites,
                    violations::add);
            scopes =
                    new ScopeResolver(reader, new ValueSources(List.of(), CONTEXT, new Guard()), fresh, left, failures);
            place = places.add(TenantHolder.class.getName(), SettingPlaces.Kind.HOLDER);
        }

        /** As {@link TenantHolder#set}, seen by the agent. */
        void set(Object answer) {
            left.setting(place, null);
            TenantHolder.set(answer);
            left.set(place);
        }
    }

    static ScopeResolver resolver(Consumer<TenantSourceException> failures) {
        return new Parts(true, failures).scopes;
    }

    private static final class Guard implements ReadGuard {
        @Override
        public Object enter() {
            ThreadState thread = ThreadState.current();
            return thread.enterReading() ? thread : null;
        }

        @Override
        public boolean exit(Object entered) {
            ((ThreadState) entered).leaveReading();
            return ((ThreadState) entered).sourceCameBack();
        }

        @Override
        public void recursive(String sources) {
            throw new AssertionError(sources);
        }
    }
}
