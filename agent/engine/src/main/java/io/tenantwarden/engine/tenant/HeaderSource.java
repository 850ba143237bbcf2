package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;

/** {@code header:X-Tenant-Id}: a header of the request. Sent twice with different values it is no tenant at all: which of the two a gateway checked is anybody's guess. */
final class HeaderSource extends RequestSource {

    HeaderSource(SourceSpec spec) {
        super(spec);
    }

    @Override
    Object take(HttpRequest access, Object request) throws Throwable {
        return single(access.headers(request, spec().target()), spec());
    }
}
