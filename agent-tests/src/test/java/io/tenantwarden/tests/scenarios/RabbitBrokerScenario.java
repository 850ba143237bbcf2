package io.tenantwarden.tests.scenarios;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.qpid.server.SystemLauncher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.rabbit.annotation.EnableRabbit;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.config.SimpleRabbitListenerContainerFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@code rabbit:tenant-id}: RabbitMQ's client and the containers of Spring on a broker that speaks AMQP 0-9-1 (Apache Qpid
 * Broker-J, on loopback).
 */
class RabbitBrokerScenario {

    private static final Asked ANNOTATED = new Asked();

    private static final String CONFIGURATION = """
            {
              "name": "broker",
              "modelVersion": "9.1",
              "authenticationproviders": [{
                "name": "plain", "type": "Plain", "secureOnlyMechanisms": [],
                "users": [{"name": "guest", "type": "managed", "password": "guest"}]
              }],
              "ports": [{
                "name": "amqp", "type": "AMQP", "port": "%d", "bindingAddress": "127.0.0.1",
                "authenticationProvider": "plain", "protocols": ["AMQP_0_9_1"],
                "virtualhostaliases": [{"name": "nameAlias", "type": "nameAlias"}]
              }],
              "virtualhostnodes": [{
                "name": "default", "type": "Memory", "defaultVirtualHostNode": "true",
                "virtualHostInitialConfiguration": "{\\"type\\": \\"Memory\\"}"
              }]
            }
            """;

    private static SystemLauncher broker;
    private static ConnectionFactory factory;
    private static Connection connection;
    private static Channel channel;

    @BeforeAll
    static void start() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path work = Files.createTempDirectory("broker");
        Path configuration = work.resolve("broker.json");
        Files.writeString(configuration, CONFIGURATION.formatted(port));
        broker = new SystemLauncher();
        broker.startup(Map.of(
                "type",
                "Memory",
                "initialConfigurationLocation",
                configuration.toUri().toString(),
                "startupLoggedToSystemOut",
                "false",
                "context",
                Map.of("qpid.work_dir", work.toString())));
        factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setVirtualHost("default");
        connection = factory.newConnection();
        channel = connection.createChannel();
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        broker.shutdown();
    }

    private static Asked.Sender to(String queue) {
        return tenant -> channel.basicPublish(
                "",
                queue,
                tenant == null
                        ? new AMQP.BasicProperties()
                        : new AMQP.BasicProperties.Builder()
                                .headers(Map.of("tenant-id", tenant))
                                .build(),
                new byte[0]);
    }

    private static void declare(String queue) throws IOException {
        channel.queueDeclare(queue, false, false, true, null);
    }

    @Test
    void plainConsumer() throws Exception {
        Asked asked = new Asked();
        declare("consumer");
        Channel own = connection.createChannel();
        own.basicConsume("consumer", true, new DefaultConsumer(own) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                asked.ask();
            }
        });
        asked.check(to("consumer"));
        own.close();
    }

    @Test
    void plainCallback() throws Exception {
        Asked asked = new Asked();
        declare("callback");
        Channel own = connection.createChannel();
        own.basicConsume("callback", true, (tag, delivery) -> asked.ask(), tag -> {});
        asked.check(to("callback"));
        own.close();
    }

    private static void inContainer(AbstractMessageListenerContainer container, String queue) throws Exception {
        Asked asked = new Asked();
        declare(queue);
        CachingConnectionFactory connections = new CachingConnectionFactory(factory);
        container.setConnectionFactory(connections);
        container.setQueueNames(queue);
        container.setMessageListener((MessageListener) message -> asked.ask());
        container.afterPropertiesSet();
        container.start();
        asked.check(to(queue));
        container.stop();
        connections.destroy();
    }

    @Test
    void springSimpleMessageListenerContainer() throws Exception {
        inContainer(new SimpleMessageListenerContainer(), "simple");
    }

    @Test
    void springDirectMessageListenerContainer() throws Exception {
        inContainer(new DirectMessageListenerContainer(), "direct");
    }

    @Configuration
    @EnableRabbit
    static class Listeners {
        @Bean(destroyMethod = "destroy")
        CachingConnectionFactory connections() {
            return new CachingConnectionFactory(factory);
        }

        @Bean
        SimpleRabbitListenerContainerFactory rabbitListenerContainerFactory(CachingConnectionFactory connections) {
            SimpleRabbitListenerContainerFactory containers = new SimpleRabbitListenerContainerFactory();
            containers.setConnectionFactory(connections);
            return containers;
        }

        @RabbitListener(queues = "annotated")
        void received(byte[] body) {
            ANNOTATED.ask();
        }
    }

    @Test
    void springRabbitListener() throws Exception {
        declare("annotated");
        try (var application = new AnnotationConfigApplicationContext(Listeners.class)) {
            ANNOTATED.check(to("annotated"));
            application.stop();
        }
    }
}
