package io.tenantwarden.engine.tenant;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Turns what a source gave into a tenant id, or says what is wrong with it. Values that were good are remembered, so that
 * a value seen lately costs a comparison.
 *
 * <p>Safe for use by several threads.
 */
public final class TenantFormat {

    private static final int MAX_LENGTH = 200;

    /** A power of two. */
    private static final int REMEMBERED = 512;

    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern LONG_FORM = Pattern.compile("0|-?[1-9][0-9]{0,18}");

    /** Per class: what is wrong with taking its {@code toString()} for a tenant id; empty when nothing. */
    private static final ClassValue<String> OBJECTIONS = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            return objection(type);
        }
    };

    private final TenantType type;
    private final Pattern pattern;

    /** Indexed by hash; a lost race costs one more check. Holds only JDK types, so no class loader. */
    private final Known[] known = new Known[REMEMBERED];

    private record Known(Object raw, String text) {}

    /**
     * A format.
     *
     * @param type what tenant ids look like
     * @param pattern what the whole id must match, after the type's own form; null for no further rule
     */
    public TenantFormat(TenantType type, Pattern pattern) {
        this.type = Objects.requireNonNull(type, "type");
        this.pattern = pattern;
    }

    /**
     * The tenant id that is sent to the database.
     *
     * @param raw a string, UUID, number or anything with a {@code toString()} of its own; may be null
     * @param source where it comes from, as written in the configuration, for the message
     * @return null when the value is null or blank, that is: no answer
     * @throws TenantSourceException of kind {@code INVALID_TENANT} when the value is not an id of this type,
     *     {@code SOURCE_FAILED} when the object has no text form of its own
     */
    public String text(Object raw, String source) throws TenantSourceException {
        if (raw == null) {
            return null;
        }
        boolean immutable =
                raw instanceof String || raw instanceof java.util.UUID || raw instanceof Long || raw instanceof Integer;
        if (!immutable) {
            return check(textOf(raw, source), source);
        }
        int slot = slot(raw);
        Known last = known[slot];
        if (last != null && last.raw.equals(raw)) {
            return last.text;
        }
        String text = check(raw.toString(), source);
        if (text != null) {
            known[slot] = new Known(raw, text);
        }
        return text;
    }

    private static int slot(Object raw) {
        int hash = raw.hashCode();
        hash ^= hash >>> 16;
        hash ^= hash >>> 9;
        return hash & (REMEMBERED - 1);
    }

    private static String textOf(Object raw, String source) throws TenantSourceException {
        String objection = OBJECTIONS.get(raw.getClass());
        if (!objection.isEmpty()) {
            throw TenantSourceException.failed(source, objection);
        }
        String text;
        try {
            text = raw.toString();
        } catch (Throwable t) {
            throw TenantSourceException.thrown(source, t);
        }
        if (raw instanceof Record
                && text != null
                && text.startsWith(raw.getClass().getSimpleName() + "[")
                && text.endsWith("]")) {
            throw TenantSourceException.failed(source, needsGetter(raw.getClass()));
        }
        return text;
    }

    private static String objection(Class<?> type) {
        if (type.isArray() || Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type)) {
            return "gives a " + type.getTypeName() + ", which is not one value; append "
                    + (Map.class.isAssignableFrom(type)
                            ? "the key of the entry that is the tenant, as in [\"tenant\"]"
                            : "the index of the element that is the tenant, [0] for the first");
        }
        try {
            return type.getMethod("toString").getDeclaringClass() == Object.class ? needsGetter(type) : "";
        } catch (NoSuchMethodException | LinkageError e) {
            return "gives a " + type.getName() + ", whose toString() cannot be found: " + e;
        }
    }

    private static String needsGetter(Class<?> type) {
        return "gives a " + type.getName()
                + ", which has no text form of its own; append a getter of the tenant id, for instance .tenantId";
    }

    private String check(String text, String source) throws TenantSourceException {
        if (text == null || text.isBlank()) {
            return null;
        }
        String id = switch (type) {
            case TEXT -> text(text, source);
            case UUID -> uuid(text, source);
            case LONG -> number(text, source);
        };
        if (pattern != null && !pattern.matcher(id).matches()) {
            throw TenantSourceException.invalid(
                    source, "gave a value that does not match warden.tenant.pattern " + pattern);
        }
        return id;
    }

    private static String text(String text, String source) throws TenantSourceException {
        if (text.length() > MAX_LENGTH) {
            throw TenantSourceException.invalid(
                    source, "gave a value of " + text.length() + " characters; at most " + MAX_LENGTH + " are allowed");
        }
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            String forbidden = forbidden(character);
            if (forbidden != null) {
                throw TenantSourceException.invalid(
                        source,
                        String.format(
                                Locale.ROOT, "gave a value with %s (U+%04X) at index %d", forbidden, character, i));
            }
            i += Character.charCount(character);
        }
        return text;
    }

    private static String forbidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL -> "a control character";
            case Character.SURROGATE -> "half a surrogate pair";
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> "a line separator";
            case Character.FORMAT -> turnsDirection(character) ? "a mark that turns the direction of writing" : null;
            default -> null;
        };
    }

    /** Unicode's Bidi_Control property. */
    private static boolean turnsDirection(int character) {
        return character == 0x061C
                || character == 0x200E
                || character == 0x200F
                || (character >= 0x202A && character <= 0x202E)
                || (character >= 0x2066 && character <= 0x2069);
    }

    private static String uuid(String text, String source) throws TenantSourceException {
        if (text.length() != 36 || !UUID_FORM.matcher(text).matches()) {
            throw TenantSourceException.invalid(
                    source,
                    "gave a value that is not a UUID of the form 8-4-4-4-12, as warden.tenant.type=uuid demands");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    private static String number(String text, String source) throws TenantSourceException {
        if (text.length() <= 20 && LONG_FORM.matcher(text).matches()) {
            try {
                Long.parseLong(text);
                return text;
            } catch (NumberFormatException e) {
                // nineteen digits, but beyond bigint
            }
        }
        throw TenantSourceException.invalid(
                source,
                "gave a value that is not a whole number within bigint, without plus sign and leading zeros,"
                        + " as warden.tenant.type=long demands");
    }
}
