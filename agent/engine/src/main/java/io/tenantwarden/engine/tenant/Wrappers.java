package io.tenantwarden.engine.tenant;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Takes values out of the JDK's holders. */
final class Wrappers {

    /** How many holders may lie in each other: a supplier that gives itself must end. */
    static final int DEPTH = 8;

    /** {@code java.lang.ScopedValue}, from JDK 25 on; null before. */
    private static final Class<?> SCOPED_VALUE;

    private static final MethodHandle IS_BOUND;
    private static final MethodHandle GET;

    static {
        Class<?> type = null;
        MethodHandle isBound = null;
        MethodHandle get = null;
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            type = Class.forName("java.lang.ScopedValue");
            isBound = lookup.findVirtual(type, "isBound", MethodType.methodType(boolean.class))
                    .asType(MethodType.methodType(boolean.class, Object.class));
            get = lookup.findVirtual(type, "get", MethodType.genericMethodType(0))
                    .asType(MethodType.genericMethodType(1));
        } catch (ReflectiveOperationException e) {
            type = null;
        }
        SCOPED_VALUE = type;
        IS_BOUND = isBound;
        GET = get;
    }

    private Wrappers() {}

    /** Whether the value is a holder and nothing else; suppliers may be more than that. */
    static boolean isHolder(Object value) {
        return value instanceof ThreadLocal
                || value instanceof Optional
                || value instanceof AtomicReference
                || value instanceof OptionalLong
                || value instanceof OptionalInt
                || value.getClass() == SCOPED_VALUE;
    }

    /** What a holder or supplier holds, or the value itself. */
    static Object open(Object value) throws Throwable {
        if (value instanceof ThreadLocal<?> local) {
            return local.get();
        }
        if (value instanceof Optional<?> optional) {
            return optional.orElse(null);
        }
        if (value instanceof AtomicReference<?> reference) {
            return reference.get();
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? optional.getAsLong() : null;
        }
        if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? optional.getAsInt() : null;
        }
        if (value instanceof Supplier<?> supplier) {
            return supplier.get();
        }
        if (value.getClass() == SCOPED_VALUE) {
            return (boolean) IS_BOUND.invokeExact(value) ? (Object) GET.invokeExact(value) : null;
        }
        return value;
    }
}
