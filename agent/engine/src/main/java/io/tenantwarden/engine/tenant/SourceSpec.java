package io.tenantwarden.engine.tenant;

import java.util.List;

/**
 * One entry of {@code warden.tenant}, parsed: where a tenant is read from. Immutable.
 *
 * @param kind what is read
 * @param target binary class name ({@code com.acme.Outer$Inner}) for {@code method} and {@code field}; key, name of a
 *     header, attribute or claim, pattern or constant for the others; empty for those that need none
 * @param member method or field name; null for the kinds that have none
 * @param path steps to follow from the value that the member gives, or from the Authentication or claim of {@code
 *     security}, as {@link PathSyntax#parse} gives them; empty when none
 * @param text the entry as it was written, for messages
 */
public record SourceSpec(SourceKind kind, String target, String member, List<String> path, String text) {

    /**
     * Reads one entry.
     *
     * @param text for instance {@code method:com.acme.TenantContext#current.id}
     * @throws IllegalArgumentException with a message that says what is allowed, when the entry cannot be read
     */
    public static SourceSpec parse(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a tenant source contains a control character; allowed are " + SourceKinds.examples());
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            SourceKind alone = SourceKinds.named(text.strip());
            if (alone != null && alone.standsAlone()) {
                return alone.parse("", text.strip());
            }
        }
        if (colon <= 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not kind:argument; allowed are " + SourceKinds.examples());
        }
        String name = text.substring(0, colon);
        String argument = text.substring(colon + 1).strip();
        SourceKind kind = SourceKinds.named(name.strip());
        if (kind == null) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not a tenant source; allowed are " + SourceKinds.examples());
        }
        if (kind.standsAlone()) {
            throw new IllegalArgumentException(
                    "'" + text + "' has something after it; write " + name.strip() + " alone");
        }
        if (argument.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + text + "' says nothing after the colon; allowed are " + SourceKinds.examples());
        }
        return kind.parse(argument, text);
    }

    /** Whether the application may leave its value behind on a thread. */
    public boolean isOfThread() {
        return kind.isOfThread();
    }

    /** The class of the application that the source needs and that must be watched for; null when none. */
    String watchedClass() {
        return kind.watchedClass(this);
    }
}
