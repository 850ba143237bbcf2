package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.ServletRequests;
import java.util.Set;

/**
 * The headers that tenant sources name, of the request that a thread serves. Only strings are taken, on the request's own
 * thread, before the application's code runs: servers recycle request objects, and reading one later would give another
 * customer's header.
 */
public final class RequestHeaders {

    private static final ThreadLocal<Captured> CURRENT = new ThreadLocal<>();

    private RequestHeaders() {}

    /** Header values of one request. Immutable, holds nothing of the request. */
    public static final class Captured {

        private final String[] names;
        private final String[] values;
        private final String failure;

        private Captured(String[] names, String[] values, String failure) {
            this.names = names;
            this.values = values;
            this.failure = failure;
        }

        /**
         * The first header of that name, in whatever case.
         *
         * @return null when the request had none, or when the name was not captured
         */
        public String get(String name) {
            for (int i = 0; i < names.length; i++) {
                if (names[i].equalsIgnoreCase(name)) {
                    return values[i];
                }
            }
            return null;
        }

        /** Why the headers could not be read; null when they could. */
        String failure() {
            return failure;
        }
    }

    /**
     * Reads the headers now. Does not throw: a request whose headers cannot be read makes header sources fail.
     *
     * @param request a {@code jakarta.servlet.http.HttpServletRequest} or {@code javax.servlet.http.HttpServletRequest}
     * @param names the headers to take, see {@link TenantReader#headerNames()}
     * @return never null; without values when the object is not an HTTP request
     */
    public static Captured capture(Object request, Set<String> names) {
        String[] keys = names.toArray(new String[0]);
        String[] values = new String[keys.length];
        String failure = null;
        try {
            for (int i = 0; i < keys.length; i++) {
                values[i] = ServletRequests.header(request, keys[i]);
            }
        } catch (Throwable t) {
            failure = "could not be captured: " + request.getClass().getName() + ".getHeader threw "
                    + t.getClass().getName();
        }
        return new Captured(keys, values, failure);
    }

    /**
     * A request begins on this thread. Only the outermost one counts: forwards, includes and filters inside it change
     * nothing.
     *
     * @return true when this was the outermost; then {@link #exit()} must follow, whatever happens
     */
    public static boolean enter(Object request, Set<String> names) {
        return CURRENT.get() == null && enter(capture(request, names));
    }

    /** As {@link #enter(Object, Set)}, with headers captured before. */
    public static boolean enter(Captured captured) {
        if (CURRENT.get() != null) {
            return false;
        }
        CURRENT.set(captured);
        return true;
    }

    /** Ends the request; nothing stays on the thread. */
    public static void exit() {
        CURRENT.remove();
    }

    /** The headers of the request that this thread serves; null outside a request. */
    public static Captured current() {
        return CURRENT.get();
    }
}
