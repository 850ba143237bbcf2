package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a listener saw, handed to the test that sent the message. */
final class Asked {

    /** Sends one message. */
    interface Sender {
        /** @param tenant null for a message without the header */
        void send(String tenant) throws Exception;
    }

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    /** Called by the listener: whose rows are these? */
    void ask() {
        seen.add(Invoices.tenants());
    }

    private String after(Sender sender, String tenant) throws Exception {
        sender.send(tenant);
        String answer = seen.poll(60, TimeUnit.SECONDS);
        assertNotNull(answer, "the message was not delivered");
        return answer;
    }

    /** Each message has its own tenant, and the thread keeps none. */
    void check(Sender sender) throws Exception {
        assertEquals("a", after(sender, "a"));
        assertEquals("b", after(sender, "b"));
        assertEquals("", after(sender, null));
        assertEquals("a", after(sender, "a"));
    }
}
