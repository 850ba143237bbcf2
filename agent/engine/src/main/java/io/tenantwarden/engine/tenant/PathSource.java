package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;

/**
 * {@code path:/t/([^/]+)/.*}: a part of the path within the application, as the server maps it: a servlet container has
 * decoded it and taken {@code ..} out, so that it is the path which the application sees.
 */
final class PathSource extends PatternSource {

    static final class Kind extends PatternKind {

        Kind() {
            super(
                    "path",
                    "`path:pattern`",
                    "path:/t/([^/]+)/.*",
                    "the one group of a pattern that matches the whole path of the HTTP request");
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new PathSource(spec);
        }
    }

    PathSource(SourceSpec spec) {
        super(spec);
    }

    @Override
    Object take(HttpRequest access, Object request) throws Throwable {
        return group(access.path(request));
    }
}
