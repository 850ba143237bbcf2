package io.tenantwarden.engine.tenant;

/** {@code header:X-Tenant-Id}: a header of the request that this thread serves, as captured at its start. */
final class HeaderSource implements TenantSource {

    private final SourceSpec spec;

    HeaderSource(SourceSpec spec) {
        this.spec = spec;
    }

    @Override
    public Object read() throws TenantSourceException {
        RequestHeaders.Captured captured = RequestHeaders.current();
        if (captured == null) {
            return null;
        }
        if (captured.failure() != null) {
            throw TenantSourceException.failed(spec.text(), captured.failure());
        }
        return captured.get(spec.target());
    }
}
