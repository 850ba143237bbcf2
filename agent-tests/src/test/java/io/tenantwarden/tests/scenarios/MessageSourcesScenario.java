package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.listener.adapter.MessageListenerAdapter;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.support.TopicPartitionOffset;

/** What a message carries, from the call of its listener to its return. */
class MessageSourcesScenario {

    private static final BlockingQueue<String> SEEN = new LinkedBlockingQueue<>();
    private static final List<MockConsumer<String, String>> CONSUMERS = new CopyOnWriteArrayList<>();
    private static final List<String> TOPICS = List.of("annotated", "lambda", "class");
    private static final Map<String, Integer> OFFSETS = new java.util.concurrent.ConcurrentHashMap<>();

    private static final List<AutoCloseable> CLOSED = new ArrayList<>();

    /** Real containers on the Kafka client's own double of a broker. */
    private static ConsumerFactory<String, String> consumers() {
        return new DefaultKafkaConsumerFactory<>(Map.of()) {
            @Override
            public Consumer<String, String> createConsumer(
                    String group, String prefix, String suffix, Properties properties) {
                MockConsumer<String, String> consumer = new MockConsumer<>("earliest");
                for (String topic : TOPICS) {
                    consumer.updateBeginningOffsets(Map.of(new TopicPartition(topic, 0), 0L));
                }
                CONSUMERS.add(consumer);
                return consumer;
            }
        };
    }

    @Configuration
    @EnableKafka
    static class Listeners {
        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory() {
            ConcurrentKafkaListenerContainerFactory<String, String> factory =
                    new ConcurrentKafkaListenerContainerFactory<>();
            factory.setConsumerFactory(consumers());
            return factory;
        }

        @KafkaListener(
                id = "annotated",
                topicPartitions =
                        @org.springframework.kafka.annotation.TopicPartition(topic = "annotated", partitions = "0"))
        void annotated(String payload) {
            SEEN.add(Invoices.tenants());
        }
    }

    static final class ClassListener implements MessageListener<String, String> {
        @Override
        public void onMessage(ConsumerRecord<String, String> record) {
            SEEN.add(Invoices.tenants());
            if (record.value().equals("fail")) {
                throw new IllegalStateException("on purpose");
            }
        }
    }

    @BeforeAll
    static void start() {
        CLOSED.add(new AnnotationConfigApplicationContext(Listeners.class));
        container("class", new ClassListener());
        container("lambda", (MessageListener<String, String>) record -> SEEN.add(Invoices.tenants()));
    }

    private static void container(String topic, MessageListener<String, String> listener) {
        ContainerProperties properties = new ContainerProperties(new TopicPartitionOffset(topic, 0));
        properties.setMessageListener(listener);
        KafkaMessageListenerContainer<String, String> container =
                new KafkaMessageListenerContainer<>(consumers(), properties);
        container.setBeanName(topic);
        container.start();
        CLOSED.add(container::stop);
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable one : CLOSED) {
            one.close();
        }
    }

    private static ConsumerRecord<String, String> record(String topic, String value, String... tenants) {
        ConsumerRecord<String, String> record =
                new ConsumerRecord<>(topic, 0, OFFSETS.merge(topic, 1, Integer::sum) - 1, "k", value);
        for (String tenant : tenants) {
            record.headers().add("tenant-id", tenant.getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    private static String handled(String topic, String value, String... tenants) throws InterruptedException {
        ConsumerRecord<String, String> record = record(topic, value, tenants);
        for (MockConsumer<String, String> consumer : CONSUMERS) {
            consumer.schedulePollTask(() -> {
                if (consumer.assignment().contains(new TopicPartition(topic, 0))) {
                    consumer.addRecord(record);
                }
            });
        }
        return SEEN.poll(60, TimeUnit.SECONDS);
    }

    @Test
    void kafkaListeners() throws Exception {
        for (String topic : TOPICS) {
            assertEquals("a", handled(topic, "1", "a"), topic);
            assertEquals("b", handled(topic, "2", "b"), topic);
            assertEquals("", handled(topic, "3"), topic);
            assertEquals("", handled(topic, "4", "a", "b"), topic + ": two values are none");
        }
    }

    @Test
    void kafkaListenerThatFails() throws Exception {
        ClassListener listener = new ClassListener();
        try {
            listener.onMessage(record("none", "fail", "a"));
        } catch (IllegalStateException e) {
            assertEquals("on purpose", e.getMessage());
        }
        assertEquals("a", SEEN.poll(60, TimeUnit.SECONDS));
        assertEquals("", Invoices.tenants(), "the scope ended with the listener");
    }

    static final class Batch implements BatchMessageListener<String, String> {
        @Override
        public void onMessage(List<ConsumerRecord<String, String>> records) {
            SEEN.add(Invoices.tenants());
        }
    }

    @Test
    void kafkaBatches() throws Exception {
        Batch batch = new Batch();
        batch.onMessage(List.of(record("none", "1", "a"), record("none", "2", "a")));
        assertEquals("a", SEEN.take());
        batch.onMessage(List.of(record("none", "1", "a"), record("none", "2", "b")));
        assertEquals("", SEEN.take(), "two tenants in one batch");
        batch.onMessage(List.of(record("none", "1", "a"), record("none", "2")));
        assertEquals("", SEEN.take(), "a tenant and none in one batch");
    }

    // ---- JMS: the provider is two lines, the API is the real one

    static final class JakartaListener implements jakarta.jms.MessageListener {
        @Override
        public void onMessage(jakarta.jms.Message message) {
            SEEN.add(Invoices.tenants());
        }
    }

    static final class JavaxListener implements javax.jms.MessageListener {
        @Override
        public void onMessage(javax.jms.Message message) {
            SEEN.add(Invoices.tenants());
        }
    }

    private static <T> T message(Class<T> type, String property, Object value) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getObjectProperty")) {
                        return arguments[0].equals(property) ? value : null;
                    }
                    throw new UnsupportedOperationException(method.getName());
                }));
    }

    @Test
    void jms() throws Exception {
        new JakartaListener().onMessage(message(jakarta.jms.Message.class, "tenant_id", "a"));
        assertEquals("a", SEEN.take());
        new JakartaListener().onMessage(message(jakarta.jms.Message.class, "other", "a"));
        assertEquals("", SEEN.take());
        new JavaxListener().onMessage(message(javax.jms.Message.class, "tenant_id", "b"));
        assertEquals("b", SEEN.take());
        assertEquals("", Invoices.tenants());
    }

    // ---- RabbitMQ

    private static final Channel CHANNEL = (Channel) Proxy.newProxyInstance(
            Channel.class.getClassLoader(), new Class<?>[] {Channel.class}, (proxy, method, arguments) -> null);

    @Test
    void rabbitClient() throws Exception {
        DefaultConsumer consumer = new DefaultConsumer(CHANNEL) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                SEEN.add(Invoices.tenants());
            }
        };
        Envelope envelope = new Envelope(1, false, "", "q");
        Object text = com.rabbitmq.client.impl.LongStringHelper.asLongString("b");
        consumer.handleDelivery(
                "t",
                envelope,
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("tenant-id", text))
                        .build(),
                new byte[0]);
        assertEquals("b", SEEN.take());
        consumer.handleDelivery("t", envelope, new AMQP.BasicProperties(), new byte[0]);
        assertEquals("", SEEN.take());
    }

    @Test
    void springAmqp() throws Exception {
        MessageListenerAdapter adapter = new MessageListenerAdapter(new Object() {
            @SuppressWarnings("unused")
            public void handleMessage(byte[] body) {
                SEEN.add(Invoices.tenants());
            }
        });
        MessageProperties properties = new MessageProperties();
        properties.setHeader("tenant-id", "a");
        adapter.onMessage(new Message(new byte[0], properties), CHANNEL);
        assertEquals("a", SEEN.take());
        adapter.onMessage(new Message(new byte[0], new MessageProperties()), CHANNEL);
        assertEquals("", SEEN.take());
    }
}
