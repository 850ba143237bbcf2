package io.tenantwarden.engine.tenant;

/** {@code value:acme}: a constant, for processes that serve one tenant. */
final class ValueSource implements TenantSource {

    private final String value;

    ValueSource(SourceSpec spec) {
        this.value = spec.target();
    }

    @Override
    public Object read() {
        return value;
    }
}
