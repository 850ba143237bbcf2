package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One entry of {@code warden.tenant}, parsed: where a tenant is read from. Immutable.
 *
 * @param kind what is read
 * @param target class name for {@code METHOD} and {@code FIELD}; key, header name or constant for the others
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

    private static final Pattern MEMBER = Pattern.compile(
            "([\\p{javaJavaIdentifierPart}.]+)#(\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)"
                    + "((?:\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*)");

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
        return new SourceSpec(kind, argument, null, List.of(), text);
    }

    private static SourceSpec member(Kind kind, String argument, String text) {
        String withoutParentheses = argument.replace("()", "");
        var matcher = MEMBER.matcher(withoutParentheses);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not class#member or class#member.path; for instance "
                    + (kind == Kind.METHOD
                            ? "method:com.acme.TenantContext#current.id"
                            : "field:com.acme.TenantContext#CURRENT.id"));
        }
        String path = matcher.group(3);
        List<String> steps =
                path.isEmpty() ? List.of() : List.of(path.substring(1).split("\\."));
        return new SourceSpec(kind, matcher.group(1), matcher.group(2), steps, text);
    }
}
