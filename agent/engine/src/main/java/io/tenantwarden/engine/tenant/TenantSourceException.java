package io.tenantwarden.engine.tenant;

/**
 * A tenant source did not answer properly. The search has ended, the scope is {@code NONE}: trying the next source could
 * let a client choose the tenant.
 *
 * <p>The message says what happened and what helps; the source is told by {@link #source()}, not by the message.
 * Carries no stack trace, no cause (it would hold classes of the application) and never the tenant's value.
 */
public final class TenantSourceException extends Exception {

    private static final long serialVersionUID = 1;

    /** Why there is no tenant. */
    public enum Kind {
        /** The source threw, or cannot be read at all. */
        SOURCE_FAILED,
        /** The source answered with a value that is not a tenant id. */
        INVALID_TENANT
    }

    private final Kind kind;
    private final String source;

    TenantSourceException(Kind kind, String source, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.source = source;
    }

    static TenantSourceException failed(String source, String message) {
        return new TenantSourceException(Kind.SOURCE_FAILED, source, message);
    }

    static TenantSourceException invalid(String source, String message) {
        return new TenantSourceException(Kind.INVALID_TENANT, source, message);
    }

    /**
     * The application's code threw. Its message is left out because it may name the tenant.
     */
    static TenantSourceException thrown(String source, Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        Throwable cause =
                thrown instanceof ExceptionInInitializerError && thrown.getCause() != null ? thrown.getCause() : thrown;
        return failed(
                source, "threw " + cause.getClass().getName() + at(cause) + "; make it return null outside a tenant");
    }

    /** The first frame that is not the JDK's. */
    private static String at(Throwable thrown) {
        try {
            for (StackTraceElement frame : thrown.getStackTrace()) {
                if (!"java.base".equals(frame.getModuleName())) {
                    return " at " + frame;
                }
            }
        } catch (RuntimeException e) {
            // an exception of the application that cannot say where it comes from either
        }
        return "";
    }

    /** {@code SOURCE_FAILED} or {@code INVALID_TENANT}. */
    public Kind kind() {
        return kind;
    }

    /** The source as it was written in the configuration, for instance {@code mdc:tenantId}. */
    public String source() {
        return source;
    }
}
