package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** Headers of the messages of one broker's client. Safe for use by several threads; holds no message. */
public abstract class MessageHeaders {

    /** {@code ConsumerRecord} of the Kafka client: a header may occur more than once; bytes are UTF-8. */
    public static final MessageHeaders KAFKA = new MessageHeaders("org.apache.kafka.clients.consumer.ConsumerRecord") {
        @Override
        Reader reader(Class<?> type) throws ReflectiveOperationException {
            Class<?> headers = type.getMethod("headers").getReturnType();
            Class<?> header = Class.forName("org.apache.kafka.common.header.Header", false, headers.getClassLoader());
            MethodHandle all = Interfaces.method(type, "headers");
            MethodHandle named = Interfaces.method(headers, "headers", String.class);
            MethodHandle value = Interfaces.method(header, "value");
            return (values, message, name) -> {
                Object found = (Object) named.invokeExact((Object) all.invokeExact(message), name);
                for (Object one : (Iterable<?>) found) {
                    add(values, (Object) value.invokeExact(one));
                }
            };
        }
    };

    /** {@code Message} of JMS, under its old and its new name: a property. */
    public static final MessageHeaders JMS = new MessageHeaders("jakarta.jms.Message", "javax.jms.Message") {
        @Override
        Reader reader(Class<?> type) {
            MethodHandle property = Interfaces.method(type, "getObjectProperty", String.class);
            return (values, message, name) -> add(values, (Object) property.invokeExact(message, name));
        }
    };

    /** {@code BasicProperties} of the RabbitMQ client, and {@code Message} of Spring AMQP. */
    public static final MessageHeaders RABBIT =
            new MessageHeaders("com.rabbitmq.client.BasicProperties", "org.springframework.amqp.core.Message") {
                @Override
                Reader reader(Class<?> type) throws ReflectiveOperationException {
                    boolean spring = type.getName().startsWith("org.springframework.");
                    Class<?> owner =
                            spring ? type.getMethod("getMessageProperties").getReturnType() : type;
                    MethodHandle properties = spring ? Interfaces.method(type, "getMessageProperties") : null;
                    MethodHandle headers = Interfaces.method(owner, "getHeaders");
                    return (values, message, name) -> {
                        Object holder = properties == null ? message : (Object) properties.invokeExact(message);
                        if ((Object) headers.invokeExact(holder) instanceof Map<?, ?> map) {
                            add(values, map.get(name));
                        }
                    };
                }
            };

    /** Reads the header of one message. */
    private interface Reader {
        void read(Set<String> values, Object message, String name) throws Throwable;
    }

    private record Holder(Reader reader) {}

    private final Set<String> names;

    private final ClassValue<Holder> readers = new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
            Class<?> api = Interfaces.find(type, names);
            return api == null ? new Holder(null) : byApi.get(api);
        }
    };

    private final ClassValue<Holder> byApi = new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> api) {
            try {
                return new Holder(reader(api));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(api.getName() + " has an unknown shape", e);
            }
        }
    };

    private MessageHeaders(String... names) {
        this.names = Set.of(names);
    }

    abstract Reader reader(Class<?> api) throws ReflectiveOperationException;

    /**
     * Adds the values of a header; nothing when the message is of another kind.
     *
     * @throws Throwable what the message throws
     */
    public void addTo(Set<String> values, Object message, String name) throws Throwable {
        Reader reader = message == null ? null : readers.get(message.getClass()).reader();
        if (reader != null) {
            reader.read(values, message, name);
        }
    }

    private static void add(Set<String> values, Object value) {
        if (value instanceof byte[] bytes) {
            values.add(new String(bytes, StandardCharsets.UTF_8));
        } else if (value != null) {
            values.add(value.toString());
        }
    }
}
