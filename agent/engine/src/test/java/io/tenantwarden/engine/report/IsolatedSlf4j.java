package io.tenantwarden.engine.report;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/** An application's SLF4J in a class loader of its own, as an application server has it. */
final class IsolatedSlf4j implements AutoCloseable {

    static final String[] LOGBACK = {"slf4j-api-2.jar", "logback-classic-1.5.jar", "logback-core-1.5.jar"};
    static final String[] OLD_LOGBACK = {"slf4j-api-1.7.jar", "logback-classic-1.2.jar", "logback-core-1.2.jar"};
    static final String[] NO_OP = {"slf4j-api-2.jar", "slf4j-nop-2.jar"};
    static final String[] OLD_NO_OP = {"slf4j-api-1.7.jar", "slf4j-nop-1.7.jar"};
    static final String[] NO_PROVIDER = {"slf4j-api-2.jar"};
    static final String[] OLD_NO_PROVIDER = {"slf4j-api-1.7.jar"};

    private final URLClassLoader loader;
    private Object appender;

    IsolatedSlf4j(String... jars) {
        URL[] urls = new URL[jars.length];
        for (int i = 0; i < jars.length; i++) {
            urls[i] = url(jars[i]);
        }
        loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    static Path jar(String name) {
        return Path.of(System.getProperty("slf4j.directory"), name);
    }

    private static URL url(String name) {
        try {
            return jar(name).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    ClassLoader loader() {
        return loader;
    }

    Class<?> loggerFactory() throws ClassNotFoundException {
        return Class.forName("org.slf4j.LoggerFactory", false, loader);
    }

    /** What the application does with its first logger; 2.x looks its provider up by the context loader's own loader. */
    Object initialise() throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return loggerFactory().getMethod("getILoggerFactory").invoke(null);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    int state() throws ReflectiveOperationException {
        Field field = loggerFactory().getDeclaredField("INITIALIZATION_STATE");
        field.setAccessible(true);
        return field.getInt(null);
    }

    Object logger(String name) throws ReflectiveOperationException {
        return loggerFactory().getMethod("getLogger", String.class).invoke(null, name);
    }

    /** Initialises Logback and keeps what is logged from now on. */
    void capture() throws ReflectiveOperationException {
        Object context = initialise();
        Object root = logger("ROOT");
        root.getClass().getMethod("detachAndStopAllAppenders").invoke(root);
        appender = loader.loadClass("ch.qos.logback.core.read.ListAppender")
                .getConstructor()
                .newInstance();
        appender.getClass().getMethod("start").invoke(appender);
        Class<?> type = loader.loadClass("ch.qos.logback.core.Appender");
        root.getClass().getMethod("addAppender", type).invoke(root, appender);
        context.getClass().getMethod("start").invoke(context);
    }

    /** Sets the level of a Logback logger. */
    void level(String logger, String level) throws ReflectiveOperationException {
        Class<?> levels = loader.loadClass("ch.qos.logback.classic.Level");
        Object target = logger(logger);
        target.getClass()
                .getMethod("setLevel", levels)
                .invoke(target, levels.getField(level).get(null));
    }

    void stopLogback() throws ReflectiveOperationException {
        Object context = initialise();
        context.getClass().getMethod("stop").invoke(context);
    }

    /** Each event as {@code LEVEL logger text}. */
    List<String> captured() throws ReflectiveOperationException {
        List<?> events = (List<?>) appender.getClass().getField("list").get(appender);
        return List.copyOf(events).stream().map(IsolatedSlf4j::describe).toList();
    }

    private static String describe(Object event) {
        try {
            return get(event, "getLevel") + " " + get(event, "getLoggerName") + " " + get(event, "getFormattedMessage");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object get(Object event, String getter) throws ReflectiveOperationException {
        try {
            return event.getClass().getMethod(getter).invoke(event);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
