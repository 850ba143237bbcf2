package io.tenantwarden.tests.scenarios;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.annotation.EnableJms;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.config.DefaultJmsListenerContainerFactory;
import org.springframework.jms.listener.AbstractMessageListenerContainer;
import org.springframework.jms.listener.DefaultMessageListenerContainer;
import org.springframework.jms.listener.SessionAwareMessageListener;
import org.springframework.jms.listener.SimpleMessageListenerContainer;

/** {@code jms:tenant_id} through ActiveMQ on loopback: a plain session, and the containers of Spring. */
class JmsBrokerScenario {

    private static final Asked ANNOTATED = new Asked();

    private static BrokerService broker;
    private static ActiveMQConnectionFactory factory;
    private static Connection connection;
    private static Session session;

    @BeforeAll
    static void start() throws Exception {
        broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        String url = broker.addConnector("tcp://127.0.0.1:0").getPublishableConnectString();
        broker.start();
        factory = new ActiveMQConnectionFactory(url);
        connection = factory.createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        broker.stop();
    }

    private static Asked.Sender to(String queue) throws JMSException {
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        return tenant -> {
            TextMessage message = session.createTextMessage("hello");
            if (tenant != null) {
                message.setStringProperty("tenant_id", tenant);
            }
            producer.send(message);
        };
    }

    record Listener(Asked asked) implements MessageListener {
        @Override
        public void onMessage(Message message) {
            asked.ask();
        }
    }

    @Test
    void plainSession() throws Exception {
        Asked asked = new Asked();
        Session own = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = own.createConsumer(own.createQueue("plain"));
        consumer.setMessageListener(new Listener(asked));
        asked.check(to("plain"));
        own.close();
    }

    private static void inContainer(AbstractMessageListenerContainer container, Object listener, Asked asked)
            throws Exception {
        String queue =
                container.getClass().getSimpleName() + listener.getClass().getSimpleName();
        container.setConnectionFactory(factory);
        container.setDestinationName(queue);
        container.setMessageListener(listener);
        container.afterPropertiesSet();
        container.start();
        asked.check(to(queue));
        container.shutdown();
    }

    @Test
    void springDefaultMessageListenerContainer() throws Exception {
        Asked asked = new Asked();
        inContainer(new DefaultMessageListenerContainer(), (MessageListener) message -> asked.ask(), asked);
        inContainer(
                new DefaultMessageListenerContainer(),
                (SessionAwareMessageListener<Message>) (message, within) -> asked.ask(),
                asked);
        inContainer(new DefaultMessageListenerContainer(), new Listener(asked), asked);
    }

    @Test
    void springSimpleMessageListenerContainer() throws Exception {
        Asked asked = new Asked();
        inContainer(new SimpleMessageListenerContainer(), (MessageListener) message -> asked.ask(), asked);
    }

    @Configuration
    @EnableJms
    static class Listeners {
        @Bean
        DefaultJmsListenerContainerFactory jmsListenerContainerFactory() {
            DefaultJmsListenerContainerFactory containers = new DefaultJmsListenerContainerFactory();
            containers.setConnectionFactory(factory);
            return containers;
        }

        @JmsListener(destination = "annotated")
        void received(String text) {
            ANNOTATED.ask();
        }
    }

    @Test
    void springJmsListener() throws Exception {
        try (var application = new AnnotationConfigApplicationContext(Listeners.class)) {
            ANNOTATED.check(to("annotated"));
            application.stop();
        }
    }
}
