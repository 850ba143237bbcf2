package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;

/** {@code session:tenantId}: an attribute of the HTTP session; no session is made for it. */
final class SessionSource extends RequestSource {

    static final class Kind extends SourceKind {

        Kind() {
            super("session", "`session:name`", "session:tenantId", "an attribute of the HTTP session");
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new SessionSource(spec);
        }
    }

    SessionSource(SourceSpec spec) {
        super(spec);
    }

    @Override
    Object take(HttpRequest access, Object request) throws Throwable {
        return access.sessionAttribute(request, spec().target());
    }

    @Override
    boolean isSetByApplication() {
        return true;
    }
}
