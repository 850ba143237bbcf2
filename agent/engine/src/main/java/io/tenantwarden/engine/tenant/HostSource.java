package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;
import java.util.Locale;

/** {@code host:([^.]+)\.example\.com}: a part of the host that the request names, in lower case and without port. */
final class HostSource extends PatternSource {

    static final class Kind extends PatternKind {

        Kind() {
            super(
                    "host",
                    "`host:pattern`",
                    "host:([^.]+)\\..*",
                    "the one group of a pattern that matches the whole host of the HTTP request");
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new HostSource(spec);
        }
    }

    HostSource(SourceSpec spec) {
        super(spec);
    }

    @Override
    Object take(HttpRequest access, Object request) throws Throwable {
        String host = access.host(request);
        return group(host == null ? null : host.toLowerCase(Locale.ROOT));
    }
}
