package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.tenant.LoadedClasses;
import io.tenantwarden.engine.tenant.Opener;
import io.tenantwarden.engine.tenant.ReadGuard;
import io.tenantwarden.engine.tenant.SourceContext;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantFormat;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.TenantType;
import java.util.List;
import java.util.function.Consumer;

/** An application's tenant holder, and a resolver that reads it as a {@code method:} source. */
public final class TenantHolder {

    private static final ThreadLocal<Object> CURRENT = new ThreadLocal<>();

    private TenantHolder() {}

    /** Answers what was set; throws it when it is an exception. */
    public static Object current() {
        if (CURRENT.get() instanceof RuntimeException failure) {
            throw failure;
        }
        return CURRENT.get();
    }

    static void set(Object answer) {
        CURRENT.set(answer);
    }

    static TenantFormat format() {
        return new TenantFormat(TenantType.TEXT, null);
    }

    static ScopeResolver resolver(Consumer<TenantSourceException> failures) {
        List<SourceSpec> specs = List.of(SourceSpec.parse("method:" + TenantHolder.class.getName() + "#current"));
        LoadedClasses classes = LoadedClasses.forSources(specs);
        classes.noteClass(
                TenantHolder.class.getClassLoader(),
                TenantHolder.class.getName().replace('.', '/'));
        SourceContext context = new SourceContext(classes, () -> null, Opener.NONE);
        return new ScopeResolver(new TenantReader(specs, format(), context, new Guard()), failures);
    }

    private static final class Guard implements ReadGuard {
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
            throw new AssertionError(sources);
        }
    }
}
