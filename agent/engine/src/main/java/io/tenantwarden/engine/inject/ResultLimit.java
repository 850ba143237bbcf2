package io.tenantwarden.engine.inject;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The connection property {@code maxResultBuffer} as the driver keeps it ({@code PGStream}, field of the same name): a query that returns
 * more bytes makes the driver close the connection. It is meant for the application's queries. Immutable, thread-safe.
 */
final class ResultLimit {

    private static final long NONE = -1;

    private final MethodHandle stream;
    private final MethodHandle get;
    private final MethodHandle set;

    private ResultLimit(MethodHandle stream, MethodHandle get, MethodHandle set) {
        this.stream = stream;
        this.get = get;
        this.set = set;
    }

    /**
     * @param lookup with full access to the query executor's class
     * @return null where the driver has no such limit, or has it elsewhere
     */
    static ResultLimit of(MethodHandles.Lookup lookup) {
        try {
            Class<?> executor = lookup.lookupClass();
            Class<?> type = Class.forName(
                    executor.getName().replace(".v3.QueryExecutorImpl", ".PGStream"), false, executor.getClassLoader());
            MethodHandles.Lookup ofStream = MethodHandles.privateLookupIn(type, lookup);
            return new ResultLimit(
                    lookup.findGetter(executor, "pgStream", type)
                            .asType(MethodType.methodType(Object.class, Object.class)),
                    ofStream.findGetter(type, "maxResultBuffer", long.class)
                            .asType(MethodType.methodType(long.class, Object.class)),
                    ofStream.findSetter(type, "maxResultBuffer", long.class)
                            .asType(MethodType.methodType(void.class, Object.class, long.class)));
        } catch (ReflectiveOperationException e) {
            return null; // before 42.2.6 there is none
        }
    }

    /** Lifts the limit. Returns what {@link #restore} is to be given; null when there was none. */
    Object lift(Object executor) throws Throwable {
        Object of = (Object) stream.invokeExact(executor);
        long limit = (long) get.invokeExact(of);
        if (limit == NONE) {
            return null;
        }
        set.invokeExact(of, NONE);
        return limit;
    }

    void restore(Object executor, Object lifted) throws Throwable {
        if (lifted != null) {
            set.invokeExact((Object) stream.invokeExact(executor), (long) lifted);
        }
    }
}
