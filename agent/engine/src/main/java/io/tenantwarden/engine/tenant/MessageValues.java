package io.tenantwarden.engine.tenant;

import java.util.ArrayList;
import java.util.List;

/**
 * What tenant sources read of the message that a listener on this thread handles: strings, taken when the listener is
 * called and dropped when it returns.
 */
public final class MessageValues {

    private static final ThreadLocal<Object[]> CURRENT = new ThreadLocal<>();

    private final List<MessageSource> sources;

    /** Serves the message sources of these readers. */
    public MessageValues(TenantReader reader, ValueSources values) {
        this.sources = new ArrayList<>(reader.messageSources());
        sources.addAll(values.messageSources());
    }

    /** Whether no source reads messages. */
    public boolean isEmpty() {
        return sources.isEmpty();
    }

    /**
     * A listener is called. Does not throw: a value that cannot be read makes its source fail.
     *
     * @param message one message, or an Iterable of them
     * @return what {@link #exit} must be given; null is a valid value
     */
    public Object enter(Object message) {
        Object[] before = CURRENT.get();
        Object[] now = new Object[2 * sources.size()];
        for (int i = 0; i < sources.size(); i++) {
            MessageSource source = sources.get(i);
            now[2 * i] = source.spec().text();
            try {
                now[2 * i + 1] = source.take(message);
            } catch (TenantSourceException e) {
                now[2 * i + 1] = e;
            }
        }
        CURRENT.set(now);
        return before;
    }

    /** The listener returned. */
    public void exit(Object before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set((Object[]) before);
        }
    }

    static Object read(String text) throws TenantSourceException {
        Object[] values = CURRENT.get();
        for (int i = 0; values != null && i < values.length; i += 2) {
            if (values[i].equals(text)) {
                if (values[i + 1] instanceof TenantSourceException failure) {
                    throw failure;
                }
                return values[i + 1];
            }
        }
        return null;
    }
}
