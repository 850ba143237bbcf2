package io.tenantwarden.tests.scenarios;

import javax.jms.Connection;
import javax.jms.ConnectionFactory;
import javax.jms.Message;
import javax.jms.MessageListener;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.junit.jupiter.api.Test;

/** {@code jms:tenant_id} under the old name of the API: ActiveMQ 5, whose classes have the names of those of ActiveMQ 6. */
class JavaxJmsBrokerScenario {

    record Listener(Asked asked) implements MessageListener {
        @Override
        public void onMessage(Message message) {
            asked.ask();
        }
    }

    @Test
    void plainSession() throws Exception {
        BrokerService broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        String url = broker.addConnector("tcp://127.0.0.1:0").getPublishableConnectString();
        broker.start();
        // the compiler knows version 6 only
        Object factory = new ActiveMQConnectionFactory(url);
        Connection connection = ((ConnectionFactory) factory).createConnection();
        connection.start();
        Asked asked = new Asked();
        Session receiving = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        receiving.createConsumer(receiving.createQueue("q")).setMessageListener(new Listener(asked));
        Session sending = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = sending.createProducer(sending.createQueue("q"));
        asked.check(tenant -> {
            TextMessage message = sending.createTextMessage("hello");
            if (tenant != null) {
                message.setStringProperty("tenant_id", tenant);
            }
            producer.send(message);
        });
        connection.close();
        broker.stop();
    }
}
