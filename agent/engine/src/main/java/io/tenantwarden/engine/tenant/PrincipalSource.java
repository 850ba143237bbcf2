package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;

/** {@code principal}: the name of the user whom the server or its security framework authenticated. */
final class PrincipalSource extends RequestSource {

    static final class Kind extends SourceKind {

        Kind() {
            super(
                    "principal",
                    "`principal`",
                    "principal",
                    "the name of the user whom the web server or its security framework authenticated");
        }

        @Override
        public boolean standsAlone() {
            return true;
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new PrincipalSource(spec);
        }
    }

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
