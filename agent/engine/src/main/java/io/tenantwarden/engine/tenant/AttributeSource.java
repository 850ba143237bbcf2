package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;

/** {@code attribute:tenantId}: an attribute of the request, which a filter or interceptor set. */
final class AttributeSource extends RequestSource {

    static final class Kind extends SourceKind {

        Kind() {
            super(
                    "attribute",
                    "`attribute:name`",
                    "attribute:tenantId",
                    "an attribute of the HTTP request, which a filter or interceptor set");
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new AttributeSource(spec);
        }
    }

    AttributeSource(SourceSpec spec) {
        super(spec);
    }

    @Override
    Object take(HttpRequest access, Object request) throws Throwable {
        return access.attribute(request, spec().target());
    }

    @Override
    boolean isSetByApplication() {
        return true;
    }
}
