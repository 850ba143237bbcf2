package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.MessageHeaders;
import java.util.LinkedHashSet;
import java.util.Set;

/** {@code kafka:}, {@code jms:} and {@code rabbit:}: a header of the message that a listener on this thread handles. */
final class MessageSource implements TenantSource {

    private abstract static class Kind extends SourceKind {

        Kind(String name, String phrase, String examples, String meaning) {
            super(name, phrase, examples, meaning);
        }

        abstract MessageHeaders headers();

        @Override
        public final boolean isMessage() {
            return true;
        }

        @Override
        final TenantSource source(SourceSpec spec, SourceContext context) {
            return new MessageSource(spec, headers());
        }
    }

    static final class Kafka extends Kind {

        Kafka() {
            super("kafka", "`kafka:header`", "kafka:tenant-id", "a header of the Kafka record that a listener handles");
        }

        @Override
        MessageHeaders headers() {
            return MessageHeaders.KAFKA;
        }
    }

    static final class Jms extends Kind {

        Jms() {
            super("jms", "`jms:property`", "jms:tenant_id", "a property of the JMS message that a listener handles");
        }

        @Override
        MessageHeaders headers() {
            return MessageHeaders.JMS;
        }
    }

    static final class Rabbit extends Kind {

        Rabbit() {
            super(
                    "rabbit",
                    "`rabbit:header`",
                    "rabbit:tenant-id",
                    "a header of the RabbitMQ message that a listener handles");
        }

        @Override
        MessageHeaders headers() {
            return MessageHeaders.RABBIT;
        }
    }

    private final SourceSpec spec;
    private final MessageHeaders headers;

    MessageSource(SourceSpec spec, MessageHeaders headers) {
        this.spec = spec;
        this.headers = headers;
    }

    SourceSpec spec() {
        return spec;
    }

    @Override
    public Object read() throws TenantSourceException {
        return MessageValues.read(spec.text());
    }

    /**
     * The value that a message, or every message of a batch, carries.
     *
     * @return null when there is none, also when it is a message of another kind
     */
    String take(Object message) throws TenantSourceException {
        Set<String> values = new LinkedHashSet<>();
        try {
            if (message instanceof Iterable<?> batch) {
                int messages = 0;
                int without = 0;
                for (Object one : batch) {
                    Set<String> own = new LinkedHashSet<>();
                    headers.addTo(own, one, spec.target());
                    messages++;
                    without += own.isEmpty() ? 1 : 0;
                    values.addAll(own);
                }
                if (!values.isEmpty() && without > 0 && messages > 1) {
                    throw mixed("some messages of a batch have it and some have not");
                }
            } else {
                headers.addTo(values, message, spec.target());
            }
        } catch (TenantSourceException e) {
            throw e;
        } catch (Throwable t) {
            throw TenantSourceException.thrown(spec.text(), t);
        }
        if (values.size() > 1) {
            throw mixed(
                    message instanceof Iterable
                            ? "has several values in one batch"
                            : "was sent more than once with different values");
        }
        return values.isEmpty() ? null : values.iterator().next();
    }

    private TenantSourceException mixed(String what) {
        return TenantSourceException.invalid(
                spec.text(),
                what + "; let the listener take one message at a time, or call a warden.scope method for each");
    }
}
