package io.tenantwarden.instrumentation.hibernate;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.instrumentation.TypeInstrumentation;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** {@code SessionFactoryImpl}: told when one is made, because it alone knows which tenant resolver is in use. */
public final class SessionFactoryInstrumentation implements TypeInstrumentation {

    /** Internal class name to what is done to it. */
    public static Map<String, TypeInstrumentation> byClassName() {
        return Map.of("org/hibernate/internal/SessionFactoryImpl", new SessionFactoryInstrumentation());
    }

    @Override
    public String name() {
        return "session factory";
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
        static void exit(@Advice.This Object factory) {
            Hooks.sessionFactoryCreated(factory);
        }
    }
}
