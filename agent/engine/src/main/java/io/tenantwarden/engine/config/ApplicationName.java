package io.tenantwarden.engine.config;

import io.tenantwarden.engine.config.GucTemplate.Kind;

/**
 * {@code application_name}, the one setting of PostgreSQL's own that {@code warden.guc} may name: the server shows it in its log ({@code %a} of {@code
 * log_line_prefix}) and in {@code pg_stat_activity}, which more people read than may know who the tenants are. So no tenant id and no source gets in,
 * only constants, the tenant's keyed hash and the thread.
 *
 * @see <a href="https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-APPLICATION-NAME">PostgreSQL: application_name</a>
 */
public final class ApplicationName {

    /** In lower case. */
    public static final String GUC = "application_name";

    /** PostgreSQL cuts what is longer, and tells the client each time (NAMEDATALEN - 1). */
    private static final int MAX_LENGTH = 63;

    private static final String EXAMPLE = "application_name=billing {tenant-hash}";

    private ApplicationName() {}

    /** Whether this is its name; PostgreSQL ignores the case. */
    public static boolean is(String guc) {
        return GUC.equalsIgnoreCase(guc);
    }

    /** As PostgreSQL takes it without cutting or replacing anything itself: printable ASCII, 63 characters. */
    public static String fit(CharSequence text) {
        int length = Math.min(text.length(), MAX_LENGTH);
        StringBuilder fitting = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            fitting.append(isPrintable(c) ? c : '?');
        }
        return fitting.toString();
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c <= '~';
    }

    /** @throws IllegalArgumentException when the value could show a tenant, or the server would change it */
    static void check(GucTemplate value) {
        if (value.has(Kind.TENANT) || value.has(Kind.SOURCE)) {
            throw new IllegalArgumentException(
                    "application_name is in the server's log and in pg_stat_activity, where no"
                            + " tenant id belongs: only constants, {tenant-hash} and {thread}; for instance "
                            + EXAMPLE);
        }
        for (GucTemplate.Part part : value.parts()) {
            String text = part.constant();
            if (text != null && (text.length() > MAX_LENGTH || !fit(text).equals(text))) {
                throw new IllegalArgumentException("PostgreSQL takes at most " + MAX_LENGTH
                        + " characters of printable ASCII as application_name; for instance " + EXAMPLE);
            }
        }
    }

    /** @throws IllegalArgumentException when a value that is not application_name's uses what only that may */
    static void checkOther(String name, GucTemplate value) {
        if (value.has(Kind.TENANT_HASH) || value.has(Kind.THREAD)) {
            throw new IllegalArgumentException("'" + name
                    + "' may not use {tenant-hash} or {thread}, which are for application_name; for instance "
                    + EXAMPLE);
        }
    }
}
