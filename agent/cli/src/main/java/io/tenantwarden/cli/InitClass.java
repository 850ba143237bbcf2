package io.tenantwarden.cli;

import java.util.List;
import java.util.Map;

/**
 * What a class file says, as far as init looks at it. Immutable.
 *
 * @param name internal, {@code com/acme/Outer$Inner}
 * @param superName internal
 * @param interfaces internal
 * @param isInterface whether it is an interface
 * @param annotations those of the class
 * @param fields its fields
 * @param methods its methods
 */
record InitClass(
        String name,
        String superName,
        List<String> interfaces,
        boolean isInterface,
        List<Annotated> annotations,
        List<Field> fields,
        List<Method> methods) {

    /**
     * An annotation.
     *
     * @param type simple name
     * @param values the strings in it, whatever their names
     */
    record Annotated(String type, List<String> values) {}

    /**
     * A field.
     *
     * @param type as source code writes it
     */
    record Field(String name, String type, boolean isStatic) {}

    /**
     * A call, or a method that a lambda stands for.
     *
     * @param owner internal name
     * @param isStatic whether it is a call of a static method
     * @param lambda whether it is handed over as an object rather than called here
     * @param constant the string constant that was loaded last before; null when there was none
     */
    record Call(String owner, String name, String descriptor, boolean isStatic, boolean lambda, String constant) {

        /** Descriptor of what it returns. */
        String returns() {
            return descriptor.substring(descriptor.indexOf(')') + 1);
        }
    }

    /**
     * A method.
     *
     * @param parameters by position: the type (descriptor)
     * @param names by position: the name; null where the class file does not say
     * @param strings string constants that it loads
     * @param calls in the order of the code
     */
    record Method(
            String owner,
            String name,
            String descriptor,
            boolean isStatic,
            boolean isPrivate,
            boolean isAbstract,
            boolean isSynthetic,
            List<Annotated> annotations,
            List<String> parameters,
            Map<Integer, String> names,
            List<String> strings,
            List<Call> calls) {

        /** {@code com.acme.Outer$Inner#run}, as a pattern names it. */
        String pattern() {
            return owner.replace('/', '.') + "#" + name;
        }

        /** Descriptor of what it returns. */
        String returns() {
            return descriptor.substring(descriptor.indexOf(')') + 1);
        }
    }

    /** The name without package and outer classes. */
    String simpleName() {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('$')) + 1);
    }

    /** As source code writes it, but for nested classes. */
    String dotted() {
        return name.replace('/', '.');
    }

    /** The method of that name and descriptor; null. */
    Method method(String methodName, String descriptor) {
        for (Method m : methods) {
            if (m.name().equals(methodName) && m.descriptor().equals(descriptor)) {
                return m;
            }
        }
        return null;
    }
}
