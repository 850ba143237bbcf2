package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One entry of {@code warden.tenant}, parsed: where a tenant is read from. Immutable.
 *
 * @param kind what is read
 * @param target binary class name ({@code com.acme.Outer$Inner}) for {@code METHOD} and {@code FIELD}; key, header name
 *     or constant for the others
 * @param member method or field name; null for the kinds that have none
 * @param path getters or fields to follow from the value that the member gives; empty when none
 * @param text the entry as it was written, for messages
 */
public record SourceSpec(Kind kind, String target, String member, List<String> path, String text) {

    /** What a source reads. */
    public enum Kind {
        METHOD,
        FIELD,
        MDC,
        HEADER,
        VALUE
    }

    private static final String IDENTIFIER = "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*";
    private static final String DOTTED = IDENTIFIER + "(?:\\." + IDENTIFIER + ")*";

    private static final Pattern MEMBER =
            Pattern.compile("(" + DOTTED + ")#(" + IDENTIFIER + ")((?:\\." + IDENTIFIER + ")*)");

    private static final Pattern DOT_INSTEAD_OF_HASH = Pattern.compile("(" + DOTTED + ")\\.(" + IDENTIFIER + ")");

    /** A token of RFC 9110, section 5.6.2. */
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private static final String EXAMPLES =
            "method:com.acme.TenantContext#current, field:com.acme.TenantContext#CURRENT,"
                    + " mdc:tenantId, header:X-Tenant-Id, value:acme";

    /**
     * Reads one entry.
     *
     * @param text for instance {@code method:com.acme.TenantContext#current.id}
     * @throws IllegalArgumentException with a message that says what is allowed, when the entry cannot be read
     */
    public static SourceSpec parse(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a tenant source contains a control character; allowed are " + EXAMPLES);
        }
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("'" + text + "' is not kind:argument; allowed are " + EXAMPLES);
        }
        String name = text.substring(0, colon);
        String argument = text.substring(colon + 1).strip();
        Kind kind;
        try {
            kind = Kind.valueOf(name.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + name + "' is not a tenant source; allowed are " + EXAMPLES);
        }
        if (argument.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' says nothing after the colon; allowed are " + EXAMPLES);
        }
        if (kind == Kind.METHOD || kind == Kind.FIELD) {
            return member(kind, argument, text);
        }
        if (kind == Kind.HEADER && !HEADER_NAME.matcher(argument).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' does not name a header; for instance header:X-Tenant-Id");
        }
        return new SourceSpec(kind, argument, null, List.of(), text);
    }

    private static SourceSpec member(Kind kind, String argument, String text) {
        String withoutParentheses = argument.replace("()", "");
        var matcher = MEMBER.matcher(withoutParentheses);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not class#member or class#member.path; for instance "
                    + example(kind, withoutParentheses));
        }
        String path = matcher.group(3);
        List<String> steps =
                path.isEmpty() ? List.of() : List.of(path.substring(1).split("\\."));
        return new SourceSpec(kind, matcher.group(1), matcher.group(2), steps, text);
    }

    private static String example(Kind kind, String argument) {
        var dotted = DOT_INSTEAD_OF_HASH.matcher(argument);
        String prefix = kind.name().toLowerCase(Locale.ROOT) + ":";
        if (dotted.matches()) {
            return prefix + dotted.group(1) + "#" + dotted.group(2);
        }
        return prefix
                + (kind == Kind.METHOD ? "com.acme.TenantContext#current.id" : "com.acme.TenantContext#CURRENT.id");
    }
}
