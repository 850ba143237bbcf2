package io.tenantwarden.engine.report;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.List;

/**
 * What writes the lines behind an SLF4J of the application, as far as it can stop before the JVM has ended: a stopped one swallows every line.
 * Used by reflection; thread-safe.
 */
abstract class LogBackend {

    /** Of what is not known to stop. */
    private static final LogBackend NEVER_STOPS = new LogBackend() {
        @Override
        boolean isStopped() {
            return false;
        }

        @Override
        boolean isStopping() {
            return false;
        }
    };

    /**
     * @param factory the application's {@code ILoggerFactory}
     * @param logger a logger of it
     */
    static LogBackend of(Object factory, Object logger) throws ReflectiveOperationException {
        return switch (factory.getClass().getName()) {
            case "ch.qos.logback.classic.LoggerContext" -> new Logback(factory);
            case "org.apache.logging.slf4j.Log4jLoggerFactory" -> log4j(logger);
            case "org.slf4j.jul.JDK14LoggerFactory", "org.slf4j.impl.JDK14LoggerFactory" -> new Jul();
            default -> NEVER_STOPS;
        };
    }

    /** Whether nothing that is logged now is written, and never will be. */
    abstract boolean isStopped() throws ReflectiveOperationException;

    /** Whether what was logged just now may have been lost, because its stopping has begun. */
    abstract boolean isStopping() throws ReflectiveOperationException;

    /** {@code LoggerContext.stop} stops and detaches the appenders one after the other and says that it has stopped at the end. */
    private static final class Logback extends LogBackend {

        private static final List<String> LOGGERS = List.of(LogLine.VIOLATIONS, LogLine.START, "ROOT");

        private final Object context;
        private final Method isStarted;
        private final Method getLogger;

        Logback(Object context) throws ReflectiveOperationException {
            this.context = context;
            isStarted = context.getClass().getMethod("isStarted");
            getLogger = context.getClass().getMethod("getLogger", String.class);
        }

        /** While Spring Boot replaces its configuration, the context is stopped with appenders still to come. */
        @Override
        boolean isStopped() throws ReflectiveOperationException {
            if ((boolean) isStarted.invoke(context)) {
                return false;
            }
            for (String logger : LOGGERS) {
                if (appenders(logger).hasNext()) {
                    return false;
                }
            }
            return true;
        }

        @Override
        boolean isStopping() throws ReflectiveOperationException {
            for (String logger : LOGGERS) {
                for (Iterator<?> each = appenders(logger); each.hasNext(); ) {
                    Object appender = each.next();
                    if ((boolean) appender.getClass().getMethod("isStarted").invoke(appender)) {
                        return false;
                    }
                }
            }
            return true; // its appenders are detached before it says that it has stopped
        }

        private Iterator<?> appenders(String name) throws ReflectiveOperationException {
            Object logger = getLogger.invoke(context, name);
            return (Iterator<?>)
                    logger.getClass().getMethod("iteratorForAppenders").invoke(logger);
        }
    }

    /** Log4j 2 sets its state before it touches an appender; {@code LoggerContext} stops in a shutdown hook by default. */
    private static LogBackend log4j(Object logger) throws ReflectiveOperationException {
        Field field = logger.getClass().getDeclaredField("logger");
        field.setAccessible(true);
        Object core = field.get(logger);
        Method getContext;
        try {
            getContext = core.getClass().getMethod("getContext");
        } catch (NoSuchMethodException e) {
            return NEVER_STOPS; // the API with another implementation
        }
        Object context = getContext.invoke(core);
        Method stopping = context.getClass().getMethod("isStopping");
        Method stopped = context.getClass().getMethod("isStopped");
        return new LogBackend() {
            @Override
            boolean isStopped() throws ReflectiveOperationException {
                return (boolean) stopping.invoke(context) || (boolean) stopped.invoke(context);
            }

            @Override
            boolean isStopping() throws ReflectiveOperationException {
                return isStopped();
            }
        };
    }

    /** {@code LogManager.Cleaner}, a shutdown hook, closes all handlers and removes them. */
    private static final class Jul extends LogBackend {

        private final Object root;
        private final Method getHandlers;
        private final boolean had;

        Jul() throws ReflectiveOperationException {
            Class<?> logger = Class.forName("java.util.logging.Logger");
            root = logger.getMethod("getLogger", String.class).invoke(null, "");
            getHandlers = logger.getMethod("getHandlers");
            had = handlers() > 0;
        }

        private int handlers() throws ReflectiveOperationException {
            return ((Object[]) getHandlers.invoke(root)).length;
        }

        @Override
        boolean isStopped() throws ReflectiveOperationException {
            return had && handlers() == 0;
        }

        @Override
        boolean isStopping() throws ReflectiveOperationException {
            return isStopped();
        }
    }
}
