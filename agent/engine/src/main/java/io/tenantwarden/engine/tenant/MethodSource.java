package io.tenantwarden.engine.tenant;

/** {@code method:com.acme.TenantContext#current}: what a static method without arguments returns. */
final class MethodSource extends StaticSource {

    static final class Kind extends MemberKind {

        Kind() {
            super(
                    "method",
                    "`method:class#method`",
                    "method:com.acme.TenantContext#current",
                    "com.acme.TenantContext#current.id",
                    "what a static method without arguments returns; a path of getters, fields and elements may follow, as in `#current.tenant.id`");
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new MethodSource(spec, context);
        }
    }

    MethodSource(SourceSpec spec, SourceContext context) {
        super(spec, context);
    }

    @Override
    Accessor member(Class<?> type, String name, Opener opener) {
        return StaticMembers.method(type, name, opener);
    }
}
