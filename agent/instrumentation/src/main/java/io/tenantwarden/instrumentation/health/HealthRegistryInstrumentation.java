package io.tenantwarden.instrumentation.health;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** Registries of Spring Boot's Actuator: told when one is made, before anybody looks into it. Boot 4, and the two classes of 2.2 to 3. */
public final class HealthRegistryInstrumentation implements TypeInstrumentation {

    /** Internal class name to what is done to it. */
    public static Map<String, TypeInstrumentation> byClassName() {
        TypeInstrumentation registry = new HealthRegistryInstrumentation();
        return Map.of(
                "org/springframework/boot/health/registry/DefaultHealthContributorRegistry", registry,
                "org/springframework/boot/actuate/health/DefaultHealthContributorRegistry", registry,
                "org/springframework/boot/actuate/autoconfigure/health/AutoConfiguredHealthContributorRegistry",
                        registry);
    }

    @Override
    public String name() {
        return "health registry";
    }

    @Override
    public boolean matches(TypeDescription type) {
        return true;
    }

    @Override
    public DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type) {
        return builder.visit(Advice.to(Made.class).on(isConstructor()));
    }

    static final class Made {
        @Advice.OnMethodExit
        static void exit(@Advice.This Object registry, @Advice.Origin Class<?> constructed) {
            Hooks.healthRegistryCreated(registry, constructed);
        }
    }
}
