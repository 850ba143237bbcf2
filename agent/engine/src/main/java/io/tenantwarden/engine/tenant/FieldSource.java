package io.tenantwarden.engine.tenant;

/** {@code field:com.acme.TenantContext#CURRENT}: a static field, often a ThreadLocal. */
final class FieldSource extends StaticSource {

    static final class Kind extends MemberKind {

        Kind() {
            super(
                    "field",
                    "`field:class#field` (a path may follow: `.tenant.id`, `[0]`, `[\"key\"]`, `.get(0)`)",
                    "field:com.acme.TenantContext#CURRENT",
                    "com.acme.TenantContext#CURRENT.id",
                    "a static field, often a `ThreadLocal`; a path may follow");
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new FieldSource(spec, context);
        }
    }

    FieldSource(SourceSpec spec, SourceContext context) {
        super(spec, context);
    }

    @Override
    Accessor member(Class<?> type, String name, Opener opener) {
        return StaticMembers.field(type, name, opener);
    }
}
