package io.tenantwarden.engine.tenant;

/** Reads a static member of an application's class and follows a path from its value. */
abstract class StaticSource implements TenantSource {

    private final SourceSpec spec;
    private final Copies copies;
    private final ValuePath path;

    /** The accessor hangs on the class it belongs to, and goes with it. */
    private final ClassValue<Accessor> members;

    StaticSource(SourceSpec spec, SourceContext context) {
        this.spec = spec;
        this.copies = new Copies(context.classes().watched(spec.target()), context, spec.text(), this::read);
        this.path = ValuePath.of(spec.path(), spec.text(), context.opener());
        this.members = new ClassValue<>() {
            @Override
            protected Accessor computeValue(Class<?> type) {
                return member(type, spec.member(), context.opener());
            }
        };
    }

    /** Finds the member of this class, as {@code ()Object}. */
    abstract Accessor member(Class<?> type, String name, Opener opener);

    @Override
    public final Object read() throws Throwable {
        return copies.read();
    }

    private Object read(Class<?> type) throws Throwable {
        Accessor member = members.get(type);
        if (member.handle() == null) {
            throw TenantSourceException.failed(spec.text(), member.failure());
        }
        Object value = member.handle().invokeExact();
        return path.get(value);
    }

    @Override
    public String shadowing() {
        return copies.shadowing();
    }

    @Override
    public boolean isLoaded() {
        return copies.isLoaded();
    }
}
