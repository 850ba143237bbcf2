package io.tenantwarden.engine.coverage;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * User and address of a client that is known by name only, read from what it was given: a URL, properties, or an object
 * with members that are called so. What cannot be read is empty. Immutable.
 *
 * @param user name of the database user; empty when unknown
 * @param url as far as it is known, without credentials: {@code r2dbc:postgresql://db:5432/app}, or the scheme alone
 */
record ClientAddress(String user, String url) {

    private static final int MAX_DEPTH = 2;
    private static final String[] HOST = {"getHost", "host", "getServerName", "hostname"};
    private static final String[] PORT = {"getPort", "port", "getPortNumber"};
    private static final String[] DATABASE = {"getDatabase", "database", "getDatabaseName"};
    private static final String[] USER = {"getUsername", "username", "getUser", "user"};
    private static final String[] URL = {"getUrl"};

    /**
     * @param scheme what the URL begins with
     * @param client the object that begins to work; null in a constructor or a static method
     * @param arguments what it was given
     */
    static ClientAddress of(String scheme, Object client, Object[] arguments) {
        List<Object> sources = new ArrayList<>();
        for (Object argument : arguments) {
            add(sources, argument, 0);
        }
        addFields(sources, client, 0);
        String url = "";
        String user = "";
        String host = "";
        for (Object source : sources) {
            if (source instanceof String text) {
                url = url.isEmpty() && text.startsWith(scheme) ? text : url;
            } else if (source instanceof Properties properties) {
                user = user.isEmpty() ? properties.getProperty("user", "") : user;
            } else if (source instanceof InetSocketAddress address) {
                host = host.isEmpty() ? address.getHostString() + ":" + address.getPort() : host;
            }
        }
        user = user.isEmpty() ? first(sources, USER) : user;
        url = url.isEmpty() ? first(sources, URL) : url;
        if (!url.startsWith(scheme)) {
            host = host.isEmpty() ? hostAndPort(sources) : host;
            url = host.isEmpty() ? scheme : scheme + "//" + host + "/" + first(sources, DATABASE);
        }
        return new ClientAddress(user, ClientUrl.withoutCredentials(url));
    }

    private static String hostAndPort(List<Object> sources) {
        String host = first(sources, HOST);
        String port = first(sources, PORT);
        return host.isEmpty() || port.isEmpty() ? host : host + ":" + port;
    }

    private static String first(List<Object> sources, String[] names) {
        for (Object source : sources) {
            String text = text(source, names);
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }

    private static void add(List<Object> sources, Object value, int depth) {
        if (value instanceof String || value instanceof Properties || value instanceof InetSocketAddress) {
            sources.add(value);
        } else if (value != null && isConfiguration(value.getClass())) {
            sources.add(value);
            addFields(sources, value, depth + 1);
        }
    }

    /** What an object was made with, and what that was made with: a factory has a configuration, which has a host. */
    private static void addFields(List<Object> sources, Object owner, int depth) {
        if (owner == null || depth > MAX_DEPTH) {
            return;
        }
        if (depth == 0) {
            sources.add(owner);
        }
        for (Class<?> type = owner.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && isConfiguration(field.getType())) {
                    add(sources, read(field, owner), depth + 1);
                }
            }
        }
    }

    private static boolean isConfiguration(Class<?> type) {
        String name = type.getSimpleName();
        return name.contains("Config") || name.contains("Options");
    }

    private static Object read(Field field, Object owner) {
        try {
            return field.trySetAccessible() ? field.get(owner) : null;
        } catch (IllegalAccessException e) {
            return null;
        }
    }

    /** What the first of these methods or fields gives that is there and is a text or a number; empty when none does. */
    private static String text(Object source, String[] names) {
        for (String name : names) {
            for (Class<?> type = source.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
                Object value = member(source, type, name);
                if (value instanceof CharSequence || value instanceof Number) {
                    return value.toString();
                }
            }
        }
        return "";
    }

    private static Object member(Object source, Class<?> type, String name) {
        try {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == 0 && isOpen(method)) {
                    return method.invoke(source);
                }
            }
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name) && isOpen(field)) {
                    return field.get(source);
                }
            }
            return null;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null; // it does not say
        }
    }

    private static boolean isOpen(AccessibleObject member) {
        return member.trySetAccessible();
    }
}
