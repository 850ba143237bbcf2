package io.tenantwarden.engine.policy;

/**
 * Classes of tasks that serve whoever comes next and must not keep the scope of whoever happened to start them: a server's
 * task goes on with the next request of the same connection, a queue that runs one task at a time goes on with other
 * callers' tasks, a pool's task opens a connection for anybody, a listener's loop never ends, and the JDK's own drive
 * connections that many share.
 */
final class SharedTasks {

    private static final String[] PREFIXES = {
        // the JDK's own; java.util.concurrent is not among them: its tasks wrap the application's
        "java.lang.VirtualThread",
        "java.net.",
        "jdk.internal.",
        "sun.",
        "com.sun.",
        // queues in front of an executor
        "com.google.common.util.concurrent.SequentialExecutor",
        "io.grpc.internal.SerializingExecutor",
        "io.grpc.SynchronizationContext",
        "io.vertx.core.impl.",
        "kotlinx.coroutines.internal.LimitedDispatcher",
        "akka.dispatch.",
        "org.apache.pekko.dispatch.",
        "org.jboss.threads.",
        // pools and drivers
        "com.zaxxer.hikari.",
        "org.apache.commons.dbcp2.",
        "org.apache.commons.pool2.",
        "com.mchange.",
        "io.agroal.",
        "oracle.ucp.",
        "org.vibur.",
        "org.postgresql.",
        // loops of listeners, and triggers that hand themselves over again
        "org.springframework.kafka.listener.",
        "org.springframework.jms.listener.",
        "org.springframework.amqp.rabbit.listener.",
        "org.springframework.scheduling.concurrent.ReschedulingRunnable",
        "org.quartz.",
    };

    private static final String[] SERVERS = {
        "org.apache.catalina.",
        "org.apache.coyote.",
        "org.apache.tomcat.",
        "org.eclipse.jetty.",
        "io.undertow.",
        "org.xnio.",
        "io.netty.",
        "org.glassfish.grizzly.",
    };

    /** Servers whose tasks may be the application's. */
    private static final String[] OTHER_SERVERS = {"com.ibm.ws.", "weblogic.", "com.sun.enterprise.", "com.caucho."};

    private SharedTasks() {}

    /** @param className of the task; a lambda's begins with the name of the class that it stands in */
    static boolean isShared(String className) {
        return beginsWithOneOf(className, SERVERS) || beginsWithOneOf(className, PREFIXES);
    }

    /** Whether a class is a server's, by its name. */
    static boolean isServer(String className) {
        return beginsWithOneOf(className, SERVERS) || beginsWithOneOf(className, OTHER_SERVERS);
    }

    private static boolean beginsWithOneOf(String className, String[] prefixes) {
        for (String prefix : prefixes) {
            if (className.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
