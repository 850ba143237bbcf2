package io.tenantwarden.engine.tenant;

/** {@code field:com.acme.TenantContext#CURRENT}: a static field, often a ThreadLocal. */
final class FieldSource extends StaticSource {

    FieldSource(SourceSpec spec, SourceContext context) {
        super(spec, context);
    }

    @Override
    Accessor member(Class<?> type, String name, Opener opener) {
        return StaticMembers.field(type, name, opener);
    }
}
