package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;

/** {@code principal}: the name of the user whom the server or its security framework authenticated. */
final class PrincipalSource extends RequestSource {

    PrincipalSource(SourceSpec spec) {
        super(spec);
    }

    @Override
    Object take(HttpRequest access, Object request) throws Throwable {
        return access.userName(request);
    }

    @Override
    boolean isSetByApplication() {
        return true;
    }
}
