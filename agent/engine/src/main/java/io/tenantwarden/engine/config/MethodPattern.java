package io.tenantwarden.engine.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Names methods, and perhaps one of their arguments: {@code com.acme.Foo#bar}, {@code com.acme.jobs.*#run(0.tenantId)}.
 * Immutable.
 *
 * @param classPattern class name as {@code Class.getName()} gives it; {@code *} stands for any characters but a dot.
 *     The first part is never a wildcard
 * @param methodPattern name of the method; {@code *} stands for any characters
 * @param argument index of the argument, from 0; -1 when none is named
 * @param path getters or fields to follow from that argument; empty when none
 * @param text the pattern as it was written
 */
public record MethodPattern(String classPattern, String methodPattern, int argument, List<String> path, String text) {

    private static final String EXAMPLES = "for instance com.acme.Foo#bar or com.acme.jobs.*#run(0.tenantId)";

    private static final int MAX_ARGUMENT = 254;

    /** Whether this class is meant; the name as {@code Class.getName()} gives it. */
    public boolean matchesClass(String className) {
        return Glob.matches(classPattern, className, '.');
    }

    /** Whether a method of this name is meant. */
    public boolean matchesMethod(String methodName) {
        return Glob.matches(methodPattern, methodName, (char) 0);
    }

    /** Whether the class is named in full, without a wildcard. */
    public boolean namesOneClass() {
        return classPattern.indexOf('*') < 0;
    }

    static MethodPattern parse(String text) {
        int hash = text.indexOf('#');
        if (hash < 0) {
            throw new IllegalArgumentException("'" + text + "' is not class#method; " + EXAMPLES);
        }
        String classPattern = text.substring(0, hash);
        if (!isClassPattern(classPattern)) {
            throw new IllegalArgumentException(
                    "'" + classPattern + "' in '" + text + "' is not a class name; " + EXAMPLES);
        }
        int firstDot = classPattern.indexOf('.');
        int star = classPattern.indexOf('*');
        if (star >= 0 && (firstDot < 0 || star < firstDot)) {
            throw new IllegalArgumentException("'" + text
                    + "' begins with a wildcard, which would mean every class there is; name the package; " + EXAMPLES);
        }
        int open = text.indexOf('(', hash);
        String method = open < 0 ? text.substring(hash + 1) : text.substring(hash + 1, open);
        if (!isIdentifier(method, true)) {
            throw new IllegalArgumentException("'" + method + "' in '" + text + "' is not a method name; " + EXAMPLES);
        }
        if (open < 0) {
            return new MethodPattern(classPattern, method, -1, List.of(), text);
        }
        if (text.indexOf(')') != text.length() - 1) {
            throw new IllegalArgumentException("'" + text + "' does not end with ); " + EXAMPLES);
        }
        String inside = text.substring(open + 1, text.length() - 1).strip();
        if (inside.isEmpty()) {
            return new MethodPattern(classPattern, method, -1, List.of(), text);
        }
        return withArgument(classPattern, method, inside, text);
    }

    private static MethodPattern withArgument(String classPattern, String method, String inside, String text) {
        List<String> steps = Values.split(inside, '.');
        String number = steps.get(0);
        int argument = -1;
        if (Values.isDigits(number) && number.length() <= 3) {
            argument = Integer.parseInt(number);
        }
        if (argument < 0 || argument > MAX_ARGUMENT) {
            throw new IllegalArgumentException("'" + inside + "' in '" + text
                    + "' does not begin with the index of an argument, 0 being the first; " + EXAMPLES);
        }
        List<String> path = new ArrayList<>(steps.size() - 1);
        for (int i = 1; i < steps.size(); i++) {
            if (!isIdentifier(steps.get(i), false)) {
                throw new IllegalArgumentException(
                        "'" + steps.get(i) + "' in '" + text + "' is not the name of a getter or field; " + EXAMPLES);
            }
            path.add(steps.get(i));
        }
        return new MethodPattern(classPattern, method, argument, List.copyOf(path), text);
    }

    private static boolean isClassPattern(String name) {
        for (String part : Values.split(name, '.')) {
            if (!isIdentifier(part, true)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIdentifier(String name, boolean wildcard) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean identifier = i == 0 ? Character.isJavaIdentifierStart(c) : Character.isJavaIdentifierPart(c);
            if (!(identifier && !Character.isIdentifierIgnorable(c)) && !(wildcard && c == '*')) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
