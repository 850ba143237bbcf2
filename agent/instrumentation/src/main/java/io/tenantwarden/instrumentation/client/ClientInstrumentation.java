package io.tenantwarden.instrumentation.client;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.isNative;
import static net.bytebuddy.matcher.ElementMatchers.isSynthetic;
import static net.bytebuddy.matcher.ElementMatchers.not;

import io.tenantwarden.engine.coverage.Client;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/** Clients that speak to PostgreSQL without pgjdbc: told when one begins to work. */
public final class ClientInstrumentation implements TypeInstrumentation {

    private final Client client;

    private ClientInstrumentation(Client client) {
        this.client = client;
    }

    /** Internal class name to what is done to it. */
    public static Map<String, TypeInstrumentation> byClassName() {
        Map<String, TypeInstrumentation> byName = new HashMap<>();
        for (Client client : Client.ALL) {
            byName.put(client.className().replace('.', '/'), new ClientInstrumentation(client));
        }
        return byName;
    }

    @Override
    public String name() {
        return "client that is not covered";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return true;
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        ElementMatcher.Junction<MethodDescription> methods = client.begins("<init>")
                ? isConstructor()
                : not(isConstructor()).and(method -> client.begins(method.getName()));
        return builder.visit(Advice.to(ClientAdvice.Used.class)
                .on(methods.and(not(isSynthetic())).and(not(isAbstract())).and(not(isNative()))));
    }
}
