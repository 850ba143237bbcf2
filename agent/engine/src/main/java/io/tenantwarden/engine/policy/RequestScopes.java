package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.tenant.RequestValues;

/**
 * A request on its thread: what sources read of it, and that what was on the thread before does not answer for it.
 * Thread-safe.
 */
public final class RequestScopes {

    private static final Object UNIT = new Object();

    /** What the outermost one needs that begins a unit of work and values of a request. */
    private record Outermost(Object values) {}

    private final RequestValues values;
    private final LeftValues left;

    public RequestScopes(RequestValues values, LeftValues left) {
        this.values = values;
        this.left = left;
    }

    /**
     * A request begins on this thread, or goes on in a filter, servlet or forward inside it.
     *
     * @return what {@link #leave} must be given; null when there is nothing to end
     */
    public Object enter(Object request) {
        Object ofValues = values.isEmpty() ? null : values.enter(request);
        ThreadState thread = ThreadState.current();
        if (thread.isInternal() || thread.isReading() || !thread.source().enterUnit()) {
            return ofValues;
        }
        left.begun(thread, LeftValues.Unit.REQUEST, () -> RequestValues.isContinued(request));
        return ofValues == null ? UNIT : new Outermost(ofValues);
    }

    /** It returned, normally or not. */
    public void leave(Object token) {
        Object ofValues = token;
        if (token == UNIT || token instanceof Outermost) {
            ThreadState thread = ThreadState.current();
            left.ending(thread);
            thread.source().leaveUnit();
            ofValues = token instanceof Outermost outermost ? outermost.values() : null;
        }
        if (ofValues != null) {
            values.exit(ofValues);
        }
    }
}
