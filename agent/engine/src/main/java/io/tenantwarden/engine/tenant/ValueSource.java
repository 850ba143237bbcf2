package io.tenantwarden.engine.tenant;

/** {@code value:acme}: a constant, for processes that serve one tenant. */
final class ValueSource implements TenantSource {

    static final class Kind extends SourceKind {

        Kind() {
            super("value", "`value:constant`", "value:acme", "a constant, for processes that serve one tenant");
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new ValueSource(spec);
        }
    }

    private final String value;

    ValueSource(SourceSpec spec) {
        this.value = spec.target();
    }

    @Override
    public Object read() {
        return value;
    }
}
