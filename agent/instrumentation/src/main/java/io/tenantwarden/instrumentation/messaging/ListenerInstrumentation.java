package io.tenantwarden.instrumentation.messaging;

import static net.bytebuddy.matcher.ElementMatchers.hasSuperType;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.List;
import java.util.Set;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/**
 * Classes that are handed a message: listeners of JMS, Spring Kafka and Spring AMQP, consumers of the RabbitMQ client. The
 * scope begins where the listener is called; records that are polled and iterated have no such place.
 */
public final class ListenerInstrumentation implements TypeInstrumentation {

    /** What a listener's class declares, whatever its kind. */
    public static final Set<String> METHODS = Set.of("onMessage", "onMessageBatch", "handleDelivery");

    private static final String[] LISTENERS = {
        "jakarta.jms.MessageListener",
        "javax.jms.MessageListener",
        "org.springframework.kafka.listener.GenericMessageListener",
        "org.springframework.amqp.core.MessageListener"
    };

    private static final String CONSUMER = "com.rabbitmq.client.Consumer";

    /** Whether a type of this name makes what implements it a listener. */
    public static boolean isListener(String typeName) {
        return typeName.equals(CONSUMER) || List.of(LISTENERS).contains(typeName);
    }

    @Override
    public String name() {
        return "message listener";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return !type.isInterface()
                && hasSuperType(namedOneOf(LISTENERS).or(named(CONSUMER))).matches(type);
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.to(ListenerAdvice.First.class)
                        .on(namedOneOf("onMessage", "onMessageBatch")
                                .and(isPublic())
                                .and(not(isAbstract()))
                                .and(method -> !method.getParameters().isEmpty()
                                        && !method.getParameters()
                                                .get(0)
                                                .getType()
                                                .isPrimitive())))
                .visit(Advice.to(ListenerAdvice.Third.class)
                        .on(named("handleDelivery")
                                .and(takesArgument(2, named("com.rabbitmq.client.AMQP$BasicProperties")))
                                .and(not(isAbstract()))));
    }
}
