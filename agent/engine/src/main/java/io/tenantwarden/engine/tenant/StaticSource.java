package io.tenantwarden.engine.tenant;

import java.util.function.Supplier;

/** Reads a static member of an application's class and follows a path from its value. */
abstract class StaticSource implements TenantSource {

    private final SourceSpec spec;
    private final LoadedClasses.Watched watched;
    private final Supplier<ClassLoader> siteLoader;
    private final ValuePath path;

    /** The accessor hangs on the class it belongs to, and goes with it. */
    private final ClassValue<Accessor> members;

    StaticSource(SourceSpec spec, SourceContext context) {
        this.spec = spec;
        this.watched = context.classes().watched(spec.target());
        this.siteLoader = context.siteLoader();
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
    public Object read() throws Throwable {
        Class<?> type = watched.find(siteLoader);
        if (type == null) {
            return null;
        }
        Accessor member = members.get(type);
        if (member.handle() == null) {
            throw TenantSourceException.failed(spec.text(), member.failure());
        }
        Object value = member.handle().invokeExact();
        return path.get(value);
    }

    @Override
    public boolean isLoaded() {
        return watched.isLoaded();
    }
}
