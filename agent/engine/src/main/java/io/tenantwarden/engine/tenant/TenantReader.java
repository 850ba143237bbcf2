package io.tenantwarden.engine.tenant;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads the current tenant from the configured sources, in their order. Only null or blank passes to the next source.
 *
 * <p>Safe for use by several threads. Reading the value that was read lately neither allocates nor locks.
 */
public final class TenantReader {

    private final List<SourceSpec> specs;
    private final TenantSource[] sources;
    private final String[] texts;
    private final TenantFormat format;
    private final ReadGuard guard;
    private final AtomicBoolean recursionNoted = new AtomicBoolean();

    /**
     * A reader.
     *
     * @param specs the sources in order; may be empty
     * @param format what tenant ids look like
     * @param context where the sources find the application's classes
     * @param guard keeps a source that runs SQL from calling itself; one guard may serve several readers
     * @throws IllegalArgumentException when a {@code value:} source gives a constant that is not a tenant id of the format
     */
    public TenantReader(List<SourceSpec> specs, TenantFormat format, SourceContext context, ReadGuard guard) {
        this.specs = List.copyOf(specs);
        this.format = Objects.requireNonNull(format, "format");
        this.guard = Objects.requireNonNull(guard, "guard");
        this.sources =
                this.specs.stream().map(spec -> TenantSource.of(spec, context)).toArray(TenantSource[]::new);
        this.texts = this.specs.stream().map(SourceSpec::text).toArray(String[]::new);
        for (SourceSpec spec : this.specs) {
            if (spec.kind() == SourceSpec.Kind.VALUE) {
                checkConstant(spec);
            }
        }
    }

    private void checkConstant(SourceSpec spec) {
        try {
            format.text(spec.target(), spec.text());
        } catch (TenantSourceException e) {
            throw new IllegalArgumentException("'" + spec.text() + "' " + e.getMessage());
        }
    }

    /**
     * The current tenant's id.
     *
     * @return null when every source passed, and when this thread is reading already
     * @throws TenantSourceException when a source failed or gave an invalid value; the scope is {@code NONE} then
     */
    public String read() throws TenantSourceException {
        Object entered = guard.enter();
        if (entered == null) {
            noteRecursion();
            return null;
        }
        try {
            for (int i = 0; i < sources.length; i++) {
                String tenant = format.text(raw(i), texts[i]);
                if (tenant != null) {
                    return tenant;
                }
            }
            return null;
        } finally {
            guard.exit(entered);
        }
    }

    private Object raw(int index) throws TenantSourceException {
        try {
            return sources[index].read();
        } catch (TenantSourceException e) {
            throw e;
        } catch (Throwable t) {
            throw TenantSourceException.thrown(texts[index], t);
        }
    }

    private void noteRecursion() {
        if (!recursionNoted.get() && recursionNoted.compareAndSet(false, true)) {
            guard.recursive(String.join(", ", texts));
        }
    }

    List<RequestSource> requestSources() {
        return ofType(RequestSource.class);
    }

    List<MessageSource> messageSources() {
        return ofType(MessageSource.class);
    }

    private <T> List<T> ofType(Class<T> type) {
        return Arrays.stream(sources).filter(type::isInstance).map(type::cast).toList();
    }

    /** Whether some source is of this kind. */
    public boolean reads(SourceSpec.Kind kind) {
        return specs.stream().anyMatch(spec -> spec.kind() == kind);
    }

    /**
     * The sources, as written, whose class no loader of the application has loaded so far: a name that stays here is
     * probably mistyped.
     */
    public List<String> notLoaded() {
        return specs.stream()
                .filter(spec -> !sources[specs.indexOf(spec)].isLoaded())
                .map(SourceSpec::text)
                .toList();
    }
}
