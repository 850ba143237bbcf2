package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One entry of {@code warden.tenant}, parsed: where a tenant is read from. Immutable.
 *
 * @param kind what is read
 * @param target binary class name ({@code com.acme.Outer$Inner}) for {@code METHOD} and {@code FIELD}; key, name of a
 *     header, attribute or claim, pattern or constant for the others; empty for those that need none
 * @param member method or field name; null for the kinds that have none
 * @param path steps to follow from the value that the member gives, or from the Authentication or claim of {@code
 *     SECURITY}, as {@link PathSyntax#parse} gives them; empty when none
 * @param text the entry as it was written, for messages
 */
public record SourceSpec(Kind kind, String target, String member, List<String> path, String text) {

    /** What a source reads. */
    public enum Kind {
        METHOD,
        FIELD,
        MDC,
        SECURITY,
        HIBERNATE,
        BAGGAGE,
        HEADER,
        SESSION,
        ATTRIBUTE,
        HOST,
        PATH,
        PRINCIPAL,
        KAFKA,
        JMS,
        RABBIT,
        VALUE;

        /** Whether it is a header of a message that a listener handles. */
        public boolean isMessage() {
            return this == KAFKA || this == JMS || this == RABBIT;
        }

        private boolean standsAlone() {
            return this == HIBERNATE || this == PRINCIPAL;
        }
    }

    private static final String IDENTIFIER = "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*";
    private static final String DOTTED = IDENTIFIER + "(?:\\." + IDENTIFIER + ")*";

    private static final Pattern MEMBER = Pattern.compile("(" + DOTTED + ")#(" + IDENTIFIER + ")(?:\\(\\))?(.*)");

    private static final Pattern DOT_INSTEAD_OF_HASH = Pattern.compile("(" + DOTTED + ")\\.(" + IDENTIFIER + ")");

    /** A token of RFC 9110, section 5.6.2. */
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private static final String EXAMPLES =
            "method:com.acme.TenantContext#current, field:com.acme.TenantContext#CURRENT, mdc:tenantId,"
                    + " security:principal.tenantId, security:claim:tenant_id, hibernate, baggage:tenant.id,"
                    + " header:X-Tenant-Id, session:tenantId, attribute:tenantId, host:([^.]+)\\..*,"
                    + " path:/t/([^/]+)/.*, principal, kafka:tenant-id, jms:tenant_id, rabbit:tenant-id, value:acme";

    private static final String CLAIM = "claim:";

    /** A claim may have any name; what follows it in brackets is no part of that. */
    private static final Pattern CLAIM_ELEMENTS =
            Pattern.compile("(.*[^\\]\\s])\\s*((?:\\[(?:\\d{1,9}|\"[^\"]*\"|'[^']*')\\])+)");

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
        if (colon < 0) {
            for (Kind alone : Kind.values()) {
                if (alone.standsAlone() && alone.name().equalsIgnoreCase(text.strip())) {
                    return new SourceSpec(alone, "", null, List.of(), text.strip());
                }
            }
        }
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
        if (kind.standsAlone()) {
            throw new IllegalArgumentException(
                    "'" + text + "' has something after it; write " + name.strip() + " alone");
        }
        if (argument.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' says nothing after the colon; allowed are " + EXAMPLES);
        }
        if (kind == Kind.METHOD || kind == Kind.FIELD) {
            return member(kind, argument, text);
        }
        if (kind == Kind.SECURITY) {
            return security(argument, text);
        }
        if (kind == Kind.HOST || kind == Kind.PATH) {
            checkPattern(argument, text);
        }
        if (kind == Kind.HEADER && !HEADER_NAME.matcher(argument).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' does not name a header; for instance header:X-Tenant-Id");
        }
        return new SourceSpec(kind, argument, null, List.of(), text);
    }

    /** A path from the Authentication, or {@code claim:} and the name of a claim, which may hold anything. */
    private static SourceSpec security(String argument, String text) {
        if (argument.startsWith(CLAIM)) {
            String claim = argument.substring(CLAIM.length()).strip();
            if (claim.isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + text + "' names no claim; for instance security:claim:tenant_id");
            }
            Matcher elements = CLAIM_ELEMENTS.matcher(claim);
            return elements.matches()
                    ? new SourceSpec(Kind.SECURITY, elements.group(1), null, PathSyntax.parse(elements.group(2)), text)
                    : new SourceSpec(Kind.SECURITY, claim, null, List.of(), text);
        }
        List<String> path = argument.startsWith("[") ? null : PathSyntax.parse("." + argument);
        if (path == null) {
            throw new IllegalArgumentException("'" + text + "' is not a path of getters from the Authentication; for"
                    + " instance security:principal.tenantId, security:details.tenantId or security:claim:tenant_id."
                    + " A path may hold " + PathSyntax.ALLOWED);
        }
        return new SourceSpec(Kind.SECURITY, "", null, path, text);
    }

    private static void checkPattern(String argument, String text) {
        int groups;
        try {
            groups = Pattern.compile(argument).matcher("").groupCount();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' holds no regular expression: " + e.getDescription());
        }
        if (groups != 1) {
            throw new IllegalArgumentException("'" + text + "' must have exactly one group in parentheses, which is the"
                    + " tenant; it has " + groups + ". Write (?:...) for what is not the tenant");
        }
    }

    /**
     * Whether the application may leave its value behind on a thread. Not baggage: the context of a request is made current
     * before its first filter begins.
     */
    public boolean isOfThread() {
        return switch (kind) {
            case METHOD, FIELD, MDC, SECURITY, HIBERNATE -> true;
            default -> false;
        };
    }

    /** The class of the application that the source needs and that must be watched for; null when none. */
    String watchedClass() {
        return switch (kind) {
            case METHOD, FIELD -> target;
            case SECURITY -> SecuritySource.HOLDER;
            case BAGGAGE -> BaggageSource.BAGGAGE;
            default -> null;
        };
    }

    private static SourceSpec member(Kind kind, String argument, String text) {
        Matcher matcher = MEMBER.matcher(argument);
        List<String> path = matcher.matches() ? PathSyntax.parse(matcher.group(3)) : null;
        if (path == null) {
            throw new IllegalArgumentException("'" + text + "' is not class#member or class#member.path; for instance "
                    + example(kind, argument.replace("()", "")) + ". A path may hold " + PathSyntax.ALLOWED);
        }
        return new SourceSpec(kind, matcher.group(1), matcher.group(2), path, text);
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
