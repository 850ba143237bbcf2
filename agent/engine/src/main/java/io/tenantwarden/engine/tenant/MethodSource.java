package io.tenantwarden.engine.tenant;

/** {@code method:com.acme.TenantContext#current}: what a static method without arguments returns. */
final class MethodSource extends StaticSource {

    MethodSource(SourceSpec spec, SourceContext context) {
        super(spec, context);
    }

    @Override
    Accessor member(Class<?> type, String name, Opener opener) {
        return StaticMembers.method(type, name, opener);
    }
}
