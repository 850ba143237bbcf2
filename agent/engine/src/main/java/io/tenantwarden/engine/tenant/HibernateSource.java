package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HibernateResolver;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * {@code hibernate}: what the CurrentTenantIdentifierResolver answers which a living SessionFactory uses. The factories
 * are noted as they are made, because nothing else tells the resolver that is in use from one that is merely there.
 */
public final class HibernateSource implements TenantSource {

    static final class Kind extends SourceKind {

        Kind() {
            super("hibernate", "`hibernate`", "hibernate", "the tenant resolver of the session factory");
        }

        @Override
        boolean isOfThread() {
            return true;
        }

        @Override
        public boolean standsAlone() {
            return true;
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new HibernateSource(spec, context);
        }
    }

    /** Weak: a factory belongs to its application. */
    private static final CopyOnWriteArrayList<WeakReference<Object>> FACTORIES = new CopyOnWriteArrayList<>();

    private final SourceSpec spec;
    private final AppFrames frames;

    HibernateSource(SourceSpec spec, SourceContext context) {
        this.spec = spec;
        this.frames = context.frames();
    }

    /** A {@code SessionFactoryImpl} was made. */
    public static void factoryCreated(Object factory) {
        FACTORIES.removeIf(known -> known.get() == null || known.get() == factory);
        FACTORIES.add(new WeakReference<>(factory));
    }

    @Override
    public boolean isLoaded() {
        return !FACTORIES.isEmpty();
    }

    @Override
    public Object read() throws Throwable {
        Object only = null;
        List<Object> several = null;
        for (WeakReference<Object> reference : FACTORIES) {
            Object factory = reference.get();
            Object resolver = factory == null ? null : HibernateResolver.of(factory);
            if (resolver == null || resolver == only) {
                continue;
            }
            if (only == null) {
                only = resolver;
            } else {
                several = several == null ? new ArrayList<>(List.of(only)) : several;
                several.add(resolver);
            }
        }
        if (several == null) {
            return only == null ? null : HibernateResolver.tenant(only);
        }
        return agreed(ofThisApplication(several));
    }

    /**
     * Several applications in one JVM are told apart by the code that runs; by the thread's context loader where no frame
     * tells, because a pooled thread may have kept that of somebody else.
     */
    private List<Object> ofThisApplication(List<Object> resolvers) {
        ClassLoader site = frames.first(loader -> !ofNearest(resolvers, loader).isEmpty());
        List<Object> own = ofNearest(
                resolvers, site != null ? site : Thread.currentThread().getContextClassLoader());
        return own.isEmpty() ? resolvers : own;
    }

    /** Those whose class this loader or its nearest parent defines. */
    private static List<Object> ofNearest(List<Object> resolvers, ClassLoader start) {
        for (ClassLoader loader = start; loader != null; loader = loader.getParent()) {
            List<Object> own = new ArrayList<>();
            for (Object resolver : resolvers) {
                if (resolver.getClass().getClassLoader() == loader) {
                    own.add(resolver);
                }
            }
            if (!own.isEmpty()) {
                return own;
            }
        }
        return List.of();
    }

    private Object agreed(List<Object> resolvers) throws Throwable {
        Object tenant = null;
        for (Object resolver : resolvers) {
            Object one = HibernateResolver.tenant(resolver);
            if (one != null && tenant != null && !one.equals(tenant)) {
                throw TenantSourceException.failed(
                        spec.text(),
                        "has several session factories whose resolvers name different tenants; name the one that counts"
                                + " with method: or field:");
            }
            tenant = one == null ? tenant : one;
        }
        return tenant;
    }
}
