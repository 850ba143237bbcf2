package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;
import java.util.List;

/** A source that the HTTP request served by this thread answers; no answer outside a request. */
abstract class RequestSource implements TenantSource {

    private final SourceSpec spec;

    RequestSource(SourceSpec spec) {
        this.spec = spec;
    }

    final SourceSpec spec() {
        return spec;
    }

    /**
     * Takes the value out of the request; called on the request's own thread, while it is served.
     *
     * @return null when the request has none
     */
    abstract Object take(HttpRequest access, Object request) throws Throwable;

    /**
     * Whether the application may set the value while it serves the request, so that it is read each time; all else is
     * taken as a string when the request arrives.
     */
    boolean isSetByApplication() {
        return false;
    }

    @Override
    public final Object read() throws Throwable {
        return RequestValues.read(this);
    }

    /** The one value among those that a client sent under the same name. */
    static String single(List<String> values, SourceSpec spec) throws TenantSourceException {
        String first = null;
        for (String value : values) {
            if (first != null && !first.equals(value)) {
                throw TenantSourceException.invalid(
                        spec.text(), "was sent more than once with different values; send it once");
            }
            first = value;
        }
        return first;
    }
}
