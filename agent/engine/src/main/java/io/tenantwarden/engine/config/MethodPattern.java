package io.tenantwarden.engine.config;

import io.tenantwarden.engine.tenant.PathSyntax;
import java.util.List;

/**
 * Names methods, and perhaps one of their arguments: {@code com.acme.Foo#bar}, {@code com.acme.jobs.*#run(0.tenantId)}.
 * Immutable.
 *
 * @param classPattern class name as {@code Class.getName()} gives it; {@code *} stands for any characters but a dot.
 *     The first part is never a wildcard
 * @param methodPattern name of the method; {@code *} stands for any characters
 * @param argument index of the argument, from 0; -1 when none is named
 * @param path steps to follow from that argument, as {@link PathSyntax#parse} gives them; empty when none
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
        if (!text.endsWith(")")) {
            throw new IllegalArgumentException("'" + text + "' does not end with ); " + EXAMPLES);
        }
        String inside = text.substring(open + 1, text.length() - 1).strip();
        if (inside.isEmpty()) {
            return new MethodPattern(classPattern, method, -1, List.of(), text);
        }
        return withArgument(classPattern, method, inside, text);
    }

    private static MethodPattern withArgument(String classPattern, String method, String inside, String text) {
        int digits = 0;
        while (digits < inside.length() && inside.charAt(digits) >= '0' && inside.charAt(digits) <= '9') {
            digits++;
        }
        int argument = digits == 0 || digits > 3 ? -1 : Integer.parseInt(inside.substring(0, digits));
        if (argument < 0 || argument > MAX_ARGUMENT) {
            throw new IllegalArgumentException("'" + inside + "' in '" + text
                    + "' does not begin with the index of an argument, 0 being the first; " + EXAMPLES);
        }
        List<String> path = PathSyntax.parse(inside.substring(digits));
        if (path == null) {
            throw new IllegalArgumentException("'" + inside.substring(digits) + "' in '" + text
                    + "' is no path from the argument; " + EXAMPLES + ". A path may hold " + PathSyntax.ALLOWED);
        }
        return new MethodPattern(classPattern, method, argument, path, text);
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
