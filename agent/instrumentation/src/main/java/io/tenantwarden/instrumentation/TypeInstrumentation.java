package io.tenantwarden.instrumentation;

import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;

/** What is done to one kind of class. Stateless, thread-safe. */
public interface TypeInstrumentation {

    /** A name for messages. */
    String name();

    /** What is done to the class in this class loader; null when nothing is. */
    default TypeInstrumentation in(ClassLoader loader) {
        return this;
    }

    /**
     * Whether this type is meant, asked once the cheap test of the class file let it through.
     *
     * @param type resolved from the class file and, for its supertypes, through the class's own loader
     */
    boolean matches(TypeDescription type);

    /** Adds fields and advice. */
    DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription type);

    /** Whether it adds fields, methods or interfaces; advice alone is applied without looking at what the class inherits. */
    default boolean addsMembers() {
        return false;
    }

    /**
     * The same for a class that is loaded already, of which only bodies of methods can be changed; null when nothing of it is
     * left then.
     */
    default TypeInstrumentation bodiesOnly() {
        return addsMembers() ? null : this;
    }

    /** Whether methods that the compiler made, such as bodies of lambdas, are meant too. */
    default boolean includesSynthetic() {
        return false;
    }
}
