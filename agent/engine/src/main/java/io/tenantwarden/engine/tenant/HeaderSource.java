package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.HttpRequest;
import java.util.regex.Pattern;

/**
 * {@code header:X-Tenant-Id}: a header of the request. Sent twice with different values it is no tenant at all: which of the two a gateway checked is
 * anybody's guess.
 */
final class HeaderSource extends RequestSource {

    /** A token of RFC 9110, section 5.6.2. */
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    static final class Kind extends SourceKind {

        Kind() {
            super("header", "`header:name`", "header:X-Tenant-Id", "a header of the HTTP request");
        }

        @Override
        SourceSpec parse(String argument, String text) {
            if (!NAME.matcher(argument).matches()) {
                throw new IllegalArgumentException(
                        "'" + text + "' does not name a header; for instance header:X-Tenant-Id");
            }
            return super.parse(argument, text);
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new HeaderSource(spec);
        }
    }

    HeaderSource(SourceSpec spec) {
        super(spec);
    }

    @Override
    Object take(HttpRequest access, Object request) throws Throwable {
        return single(access.headers(request, spec().target()), spec());
    }
}
