package io.tenantwarden.engine.inject;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Under which names the driver has prepared its queries: it counts them ({@code S_1}, {@code S_2}: class {@code QueryExecutorImpl}, method {@code
 * sendParse}). What takes prepared statements away out of the driver's sight, as DEALLOCATE ALL in a DO body, takes all that are there; so ours is
 * as safe as the application's where it was prepared later than that, and only there. Immutable, thread-safe.
 */
final class StatementNames {

    private final MethodHandle name;

    private StatementNames(MethodHandle name) {
        this.name = name;
    }

    /**
     * @param lookup with the rights of the query executor's class
     * @return null where the driver keeps the names elsewhere
     */
    static StatementNames of(MethodHandles.Lookup lookup) {
        try {
            Class<?> executor = lookup.lookupClass();
            Class<?> query =
                    Class.forName(executor.getPackageName() + ".SimpleQuery", false, executor.getClassLoader());
            MethodHandle getter = lookup.findVirtual(query, "getStatementName", MethodType.methodType(String.class));
            return new StatementNames(getter.asType(MethodType.methodType(String.class, Object.class)));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /**
     * @param query a {@code SimpleQuery} of the driver
     * @return null when it is not prepared under a name
     */
    String of(Object query) throws Throwable {
        return (String) name.invokeExact(query);
    }

    /** Whether one name was given before another. */
    static boolean isBefore(String one, String other) {
        return one.length() == other.length() ? one.compareTo(other) < 0 : one.length() < other.length();
    }
}
