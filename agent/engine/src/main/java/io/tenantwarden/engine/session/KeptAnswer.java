package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.tenant.TenantSourceException;
import java.util.Map;

/**
 * What the tenant source said, kept because it runs SQL itself: asked again while the connection is borrowed it would need
 * a second one of the same pool, and wait for ever when there is none. Belongs to the borrowed connection; used by its
 * borrower's thread for whatever else asks meanwhile. Safe for use by several threads once it is attached.
 */
public final class KeptAnswer {

    /** Stands for a tenant source that runs no SQL: it is asked at each statement. */
    public static final Object NOT_KEPT = new Object();

    private final Object tenant;
    private final Map<String, Object> values;
    private final ThreadState asker;
    private final int settings;
    private volatile Checkout checkout;
    private KeptAnswer below;

    /**
     * @param tenant what the tenant source said: a tenant, null, or the TenantSourceException with which it failed; or {@link
     *     #NOT_KEPT}
     * @param values the same of sources in braces in {@code warden.guc} that run SQL, by their text
     * @param asker the thread that they were asked on: the current one
     */
    public KeptAnswer(Object tenant, Map<String, Object> values, ThreadState asker) {
        this.tenant = tenant;
        this.values = values;
        this.asker = asker;
        this.settings = asker.source().settings();
    }

    /** Whether the tenant source is not asked as long as this is kept. */
    public boolean hasTenant() {
        return tenant != NOT_KEPT;
    }

    /**
     * The tenant.
     *
     * @return null when there was none
     * @throws TenantSourceException when the source failed
     */
    public String tenant() throws TenantSourceException {
        return text(tenant);
    }

    /** What sources in braces said, by their text; empty when none runs SQL. */
    public Map<String, Object> values() {
        return values;
    }

    /** Whether a source in braces is not asked as long as this is kept. */
    public boolean hasValue(String source) {
        return values.containsKey(source);
    }

    /** What it said; as {@link #tenant()}. */
    public String value(String source) throws TenantSourceException {
        return text(values.get(source));
    }

    private static String text(Object answer) throws TenantSourceException {
        if (answer instanceof TenantSourceException failure) {
            throw failure;
        }
        return (String) answer;
    }

    /** Whether nothing says that it is out of date: a value of the source that was set since on the thread it was asked on. */
    public boolean isCurrent(ThreadState thread) {
        return thread != asker || thread.source().settings() == settings;
    }

    /**
     * Keeps it as long as this connection is borrowed, on this thread too, where it goes before those of connections that
     * were borrowed earlier.
     *
     * @param thread the current thread
     */
    public void attach(Checkout borrowed, ThreadState thread) {
        checkout = borrowed;
        borrowed.keep(this);
        below = newest(thread);
        thread.source().kept(this);
    }

    private boolean isHeld() {
        return checkout.kept() == this && checkout.isBorrowedFromPool();
    }

    /** The connection that it belongs to. */
    public Checkout checkout() {
        return checkout;
    }

    /** The newest answer that is kept for a connection which is borrowed still; null when there is none. */
    public static KeptAnswer newest(ThreadState thread) {
        KeptAnswer first = (KeptAnswer) thread.source().kept();
        if (first == null) {
            return null;
        }
        KeptAnswer held = first;
        while (held != null && !held.isHeld()) {
            held = held.below;
        }
        if (held != first) {
            thread.source().kept(held);
        }
        return held;
    }
}
