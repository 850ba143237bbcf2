package io.tenantwarden.engine.report;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * One {@code org.slf4j.LoggerFactory} of the application, 1.7 or 2.x, used by reflection since the agent's loader does not see it.
 *
 * <p>Nothing here makes SLF4J initialise itself: {@code getILoggerFactory} is called only after its field {@code INITIALIZATION_STATE} says that
 * the application has. Objects of this class hang on the class they are for ({@link #of}), so that they live exactly as long as it does.
 */
final class Slf4j {

    /** Values of the field in every SLF4J since 1.5.9: 0 untouched, 1 going on, 2 failed, 3 successful, 4 no provider. */
    private static final int SUCCESSFUL = 3;

    private static final String NO_OP_FACTORY = "org.slf4j.helpers.NOPLoggerFactory";

    private static final ClassValue<Slf4j> BY_CLASS = new ClassValue<>() {
        @Override
        protected Slf4j computeValue(Class<?> loggerFactory) {
            return new Slf4j(loggerFactory);
        }
    };

    private final Class<?> loggerFactory;
    private boolean unusable;
    private Field state;
    private LogBackend backend;
    private Method isErrorEnabled;
    private Method info;
    private Method warn;
    private Method error;
    private Object startLogger;
    private Object violationsLogger;

    private Slf4j(Class<?> loggerFactory) {
        this.loggerFactory = loggerFactory;
    }

    static Slf4j of(Class<?> loggerFactory) {
        return BY_CLASS.get(loggerFactory);
    }

    /** Whether the application has initialised it, with a provider that writes and is not stopped. */
    synchronized boolean isUsable() {
        if (unusable) {
            return false;
        }
        try {
            if (backend == null && !connect()) {
                return false;
            }
            return !backend.isStopped();
        } catch (ReflectiveOperationException | InaccessibleObjectException | LinkageError | ClassCastException e) {
            // A named module that does not open the field, or no SLF4J that we know: counts as absent, lines go to
            // standard error.
            unusable = true;
            return false;
        }
    }

    private boolean connect() throws ReflectiveOperationException {
        if (state == null) {
            Field field = loggerFactory.getDeclaredField("INITIALIZATION_STATE");
            field.setAccessible(true);
            state = field;
        }
        if (state.getInt(null) != SUCCESSFUL) {
            return false;
        }
        Object found = loggerFactory.getMethod("getILoggerFactory").invoke(null);
        if (found.getClass().getName().equals(NO_OP_FACTORY)) {
            unusable = true;
            return false;
        }
        Method getLogger = loggerFactory.getMethod("getLogger", String.class);
        Class<?> logger = getLogger.getReturnType();
        isErrorEnabled = logger.getMethod("isErrorEnabled");
        info = logger.getMethod("info", String.class);
        warn = logger.getMethod("warn", String.class);
        error = logger.getMethod("error", String.class);
        startLogger = getLogger.invoke(null, LogLine.START);
        violationsLogger = getLogger.invoke(null, LogLine.VIOLATIONS);
        backend = LogBackend.of(found, startLogger);
        return true;
    }

    /** Whether a line that was written just now may not have got through, because the application's log is being stopped. */
    synchronized boolean isStopping() {
        try {
            return backend.isStopping();
        } catch (ReflectiveOperationException | LinkageError e) {
            return true;
        }
    }

    /**
     * Whether it lets even errors through. While Spring Boot starts, it denies everything until its configuration is read; later this means that
     * somebody has turned the loggers off.
     */
    synchronized boolean isListening() {
        try {
            return (boolean) isErrorEnabled.invoke(startLogger) || (boolean) isErrorEnabled.invoke(violationsLogger);
        } catch (ReflectiveOperationException | LinkageError e) {
            return false;
        }
    }

    /** Writes the line; false when the application's backend threw. Whatever an appender does is done on the calling thread. */
    boolean write(LogLine line) {
        Object logger = line.logger().equals(LogLine.VIOLATIONS) ? violationsLogger : startLogger;
        Method method = switch (line.level()) {
            case INFO -> info;
            case WARN -> warn;
            case ERROR -> error;
        };
        try {
            method.invoke(logger, line.text());
            return true;
        } catch (InvocationTargetException | IllegalAccessException e) {
            return false;
        }
    }
}
