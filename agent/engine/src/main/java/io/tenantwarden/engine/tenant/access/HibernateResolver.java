package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.util.Set;

/** Hibernate's {@code CurrentTenantIdentifierResolver}, from 5.6 to 7. Safe for use by several threads. */
public final class HibernateResolver {

    private static final Set<String> RESOLVER = Set.of("org.hibernate.context.spi.CurrentTenantIdentifierResolver");

    /** Handles of one {@code SessionFactoryImpl}. */
    private record Factory(MethodHandle isClosed, MethodHandle getResolver) {}

    /** Handles of one resolver interface; {@code isRoot} is absent before Hibernate 6.4. */
    private record Resolver(MethodHandle resolve, MethodHandle isRoot) {}

    private static final ClassValue<Factory> FACTORIES = new ClassValue<>() {
        @Override
        protected Factory computeValue(Class<?> type) {
            return new Factory(
                    Interfaces.method(type, "isClosed"), Interfaces.method(type, "getCurrentTenantIdentifierResolver"));
        }
    };

    private static final ClassValue<Resolver> RESOLVERS = new ClassValue<>() {
        @Override
        protected Resolver computeValue(Class<?> type) {
            Class<?> api = Interfaces.find(type, RESOLVER);
            return new Resolver(
                    Interfaces.method(api, "resolveCurrentTenantIdentifier"),
                    Interfaces.methodIfThere(api, "isRoot", Object.class));
        }
    };

    private HibernateResolver() {}

    /** The resolver of a living factory; null when it has none or is closed. */
    public static Object of(Object factory) throws Throwable {
        Factory api = FACTORIES.get(factory.getClass());
        boolean closed = (Boolean) (Object) api.isClosed.invokeExact(factory);
        return closed ? null : (Object) api.getResolver.invokeExact(factory);
    }

    /** What it answers on this thread; null also for the root tenant, which Hibernate lets see every row. */
    public static Object tenant(Object resolver) throws Throwable {
        Resolver api = RESOLVERS.get(resolver.getClass());
        Object tenant = (Object) api.resolve.invokeExact(resolver);
        boolean root =
                tenant != null && api.isRoot != null && (Boolean) (Object) api.isRoot.invokeExact(resolver, tenant);
        return root ? null : tenant;
    }
}
