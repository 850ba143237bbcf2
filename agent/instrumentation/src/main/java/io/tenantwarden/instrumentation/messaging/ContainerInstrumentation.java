package io.tenantwarden.instrumentation.messaging;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/** Where Spring's containers call a listener: for listeners that are lambdas, whose classes no agent can change. */
public final class ContainerInstrumentation implements TypeInstrumentation {

    private static final String KAFKA =
            "org/springframework/kafka/listener/KafkaMessageListenerContainer$ListenerConsumer";
    private static final String RABBIT = "org/springframework/amqp/rabbit/listener/AbstractMessageListenerContainer";
    private static final String JMS = "org/springframework/jms/listener/AbstractMessageListenerContainer";

    /** Spring AMQP's is an Object: one message or a batch. */
    private static final ElementMatcher<TypeDescription> MESSAGE =
            namedOneOf("jakarta.jms.Message", "javax.jms.Message", "java.lang.Object");

    /** Internal class name to what is done to it. */
    public static Map<String, TypeInstrumentation> byClassName() {
        Map<String, TypeInstrumentation> byName = new HashMap<>();
        TypeInstrumentation container = new ContainerInstrumentation();
        byName.put(KAFKA, container);
        byName.put(RABBIT, container);
        byName.put(JMS, container);
        return byName;
    }

    @Override
    public String name() {
        return "listener container";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return true;
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        // doInvokeOnMessage(record), doInvokeListener(listener, message), doInvokeListener(listener, channel, message)
        return builder.visit(Advice.to(ListenerAdvice.First.class)
                        .on(named("doInvokeOnMessage")
                                .and(takesArgument(0, named("org.apache.kafka.clients.consumer.ConsumerRecord")))))
                .visit(Advice.to(ListenerAdvice.Second.class)
                        .on(named("doInvokeListener").and(takesArgument(1, MESSAGE))))
                .visit(Advice.to(ListenerAdvice.Third.class)
                        .on(named("doInvokeListener").and(takesArgument(2, MESSAGE))));
    }
}
