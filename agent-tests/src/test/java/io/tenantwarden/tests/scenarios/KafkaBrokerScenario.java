package io.tenantwarden.tests.scenarios;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** {@code kafka:tenant-id} through a real broker on loopback: the containers of Spring. */
class KafkaBrokerScenario {

    private static final Asked ANNOTATED = new Asked();
    private static final Asked BATCH = new Asked();

    private static EmbeddedKafkaBroker broker;
    private static KafkaProducer<String, String> producer;

    @BeforeAll
    static void start() {
        broker = new EmbeddedKafkaKraftBroker(1, 1, "annotated", "batch", "container");
        broker.afterPropertiesSet();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.getBrokersAsString()),
                new StringSerializer(),
                new StringSerializer());
    }

    @AfterAll
    static void stop() {
        producer.close();
        broker.destroy();
    }

    private static ConsumerFactory<String, String> consumers() {
        return new DefaultKafkaConsumerFactory<>(
                Map.of(
                        "bootstrap.servers",
                        broker.getBrokersAsString(),
                        "group.id",
                        "scenario",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static Asked.Sender to(String topic) {
        return tenant -> {
            ProducerRecord<String, String> record = new ProducerRecord<>(topic, "hello");
            if (tenant != null) {
                record.headers().add("tenant-id", tenant.getBytes(StandardCharsets.UTF_8));
            }
            producer.send(record).get();
        };
    }

    @Test
    void springContainer() throws Exception {
        Asked asked = new Asked();
        ContainerProperties properties = new ContainerProperties("container");
        properties.setMessageListener((MessageListener<String, String>) record -> asked.ask());
        KafkaMessageListenerContainer<String, String> container =
                new KafkaMessageListenerContainer<>(consumers(), properties);
        container.start();
        asked.check(to("container"));
        container.stop();
    }

    @Configuration
    @EnableKafka
    static class Listeners {
        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory() {
            ConcurrentKafkaListenerContainerFactory<String, String> containers =
                    new ConcurrentKafkaListenerContainerFactory<>();
            containers.setConsumerFactory(consumers());
            return containers;
        }

        @KafkaListener(topics = "annotated")
        void received(String text) {
            ANNOTATED.ask();
        }

        @KafkaListener(topics = "batch", batch = "true")
        void receivedTogether(List<String> texts) {
            BATCH.ask();
        }
    }

    @Test
    void springKafkaListener() throws Exception {
        try (var application = new AnnotationConfigApplicationContext(Listeners.class)) {
            ANNOTATED.check(to("annotated"));
            BATCH.check(to("batch"));
            application.stop();
        }
    }
}
