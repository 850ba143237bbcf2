package io.tenantwarden.engine.tenant;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/**
 * {@code mdc:tenantId}: SLF4J's diagnostic context, in the application's loader, whatever the backend.
 *
 * <p>Never sets off SLF4J's initialisation: from 2.0 on, initialising {@code MDC} initialises {@code LoggerFactory}, and
 * doing that before the application does can bind the wrong backend. Nobody can have put a value before that.
 */
final class MdcSource implements TenantSource {

    static final class Kind extends SourceKind {

        Kind() {
            super("mdc", "`mdc:key`", "mdc:tenantId", "SLF4J's diagnostic context");
        }

        @Override
        boolean isOfThread() {
            return true;
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new MdcSource(spec, context);
        }
    }

    /** {@code LoggerFactory.SUCCESSFUL_INITIALIZATION}, the same since 1.5; above it is only the no-op fallback. */
    private static final int INITIALISED = 3;

    private static final String STATE = "INITIALIZATION_STATE";

    private final SourceSpec spec;
    private final Copies mdc;
    private final LoadedClasses.Watched loggerFactory;

    /** Per MDC class: {@code ()Object} with the key bound. */
    private final ClassValue<Accessor> getters;

    /** Per MDC class of SLF4J 2 and later. */
    private final ClassValue<Boolean> initialisesSlf4j = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            try {
                type.getMethod("pushByKey", String.class, String.class);
                return true;
            } catch (NoSuchMethodException e) {
                return false;
            }
        }
    };

    /** Per LoggerFactory class: {@code ()int}; without handle and failure when this SLF4J keeps no such state. */
    private final ClassValue<Accessor> states;

    MdcSource(SourceSpec spec, SourceContext context) {
        this.spec = spec;
        this.mdc = new Copies(context.classes().watched(LoadedClasses.MDC), context, spec.text(), this::read);
        this.loggerFactory = context.classes().watched(LoadedClasses.LOGGER_FACTORY);
        this.getters = new ClassValue<>() {
            @Override
            protected Accessor computeValue(Class<?> type) {
                return getter(type, spec.target());
            }
        };
        this.states = new ClassValue<>() {
            @Override
            protected Accessor computeValue(Class<?> type) {
                return state(type, context.opener());
            }
        };
    }

    @Override
    public Object read() throws Throwable {
        return mdc.read();
    }

    private Object read(Class<?> type) throws Throwable {
        if (initialisesSlf4j.get(type) && !isInitialised(type.getClassLoader())) {
            return null;
        }
        MethodHandle getter = handle(getters.get(type));
        return getter.invokeExact();
    }

    @Override
    public String shadowing() {
        return mdc.shadowing();
    }

    @Override
    public boolean isLoaded() {
        return mdc.isLoaded();
    }

    private boolean isInitialised(ClassLoader loader) throws Throwable {
        Class<?> factory = loggerFactory.definedBy(loader);
        if (factory == null) {
            return false;
        }
        MethodHandle state = handle(states.get(factory));
        return state == null || (int) state.invokeExact() >= INITIALISED;
    }

    private MethodHandle handle(Accessor accessor) throws TenantSourceException {
        if (accessor.failure() != null) {
            throw TenantSourceException.failed(spec.text(), accessor.failure());
        }
        return accessor.handle();
    }

    private static Accessor getter(Class<?> type, String key) {
        try {
            MethodHandle get = MethodHandles.publicLookup()
                    .findStatic(type, "get", MethodType.methodType(String.class, String.class));
            return Accessor.of(MethodHandles.insertArguments(get, 0, key).asType(MethodType.methodType(Object.class)));
        } catch (ReflectiveOperationException e) {
            return Accessor.failed("this SLF4J has no public MDC.get(String): " + e);
        }
    }

    private static Accessor state(Class<?> factory, Opener opener) {
        try {
            Field state = factory.getDeclaredField(STATE);
            return Accessor.open(state, opener)
                    ? Accessor.of(Accessor.handle(state).asType(MethodType.methodType(int.class)))
                    : Accessor.failed(Accessor.closed(state));
        } catch (NoSuchFieldException e) {
            return Accessor.of(null);
        }
    }
}
