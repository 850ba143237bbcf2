package io.tenantwarden.engine.config;

import io.tenantwarden.engine.report.ViolationKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Kinds of violations, as {@code warden.fail} takes them. The short words are for a command line that a person types. */
final class KindsOfViolation extends ValueType<Set<ViolationKind>> {

    private static final String UNSCOPED = "unscoped";
    private static final String ANY = "any";

    KindsOfViolation() {
        super("`" + UNSCOPED + "`, `" + ANY + "`, or kinds of violations, comma-separated: "
                + String.join(", ", names()));
    }

    private static List<String> names() {
        // no lambda, as in Values
        List<String> names = new ArrayList<>();
        for (ViolationKind kind : ViolationKind.values()) {
            names.add(kind.wireName());
        }
        return names;
    }

    @Override
    boolean acceptsBlank() {
        return true;
    }

    @Override
    Set<ViolationKind> absent() {
        return Set.of();
    }

    @Override
    Set<ViolationKind> read(String text) {
        Set<ViolationKind> kinds = EnumSet.noneOf(ViolationKind.class);
        for (String part : text.isEmpty() ? List.<String>of() : Values.split(text, ',')) {
            String name = part.strip().toLowerCase(Locale.ROOT);
            if (name.equals(ANY)) {
                return EnumSet.allOf(ViolationKind.class);
            } else if (name.equals(UNSCOPED)) {
                kinds.add(ViolationKind.UNSCOPED_QUERY);
            } else {
                kinds.add(kind(name));
            }
        }
        return kinds;
    }

    private static ViolationKind kind(String name) {
        for (ViolationKind kind : ViolationKind.values()) {
            if (kind.wireName().equals(name)) {
                return kind;
            }
        }
        List<String> words = new ArrayList<>(names());
        words.addAll(List.of(UNSCOPED, ANY));
        String nearest = Nearest.of(name, words);
        throw new IllegalArgumentException("'" + name + "' is no kind of violation; write unscoped, any, or one of "
                + String.join(", ", names()) + (nearest == null ? "" : "; did you mean " + nearest + "?"));
    }
}
