package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Wildcards;
import java.util.function.Predicate;

/**
 * A finding that somebody accepted, with the reason. Immutable.
 *
 * @param rule the rule's id
 * @param object the finding's object; {@code *} stands for any characters
 * @param reason why it is accepted; never blank
 */
public record Ignore(String rule, String object, String reason) {

    private static final String FORM =
            "; write RULE:OBJECT=\"reason\", for instance WD012:public.audit_log=\"append only\"";

    /** As {@link #parse(String, Predicate)}, for the rules of {@link Rules}. */
    public static Ignore parse(String text) {
        return parse(text, rule -> Rules.byId(rule) != null);
    }

    /**
     * Reads {@code WD012:public.audit_log="reason"}; the quotes may be missing, since shells take them away.
     *
     * @param isRule whether there is a rule of this id
     * @throws IllegalArgumentException when it is not of this form, names no rule, or has no reason; the message says
     *     what to write
     */
    public static Ignore parse(String text, Predicate<String> isRule) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("no rule in \"" + text + "\"" + FORM);
        }
        String rule = text.substring(0, colon).strip();
        if (!isRule.test(rule)) {
            throw new IllegalArgumentException(
                    "no such rule: \"" + rule + "\" in \"" + text + "\"; docs/rules.md lists them");
        }
        int equals = endOfObject(text, colon + 1);
        if (equals < 0) {
            throw new IllegalArgumentException("no reason in \"" + text + "\"" + FORM);
        }
        String object = text.substring(colon + 1, equals).strip();
        String reason = text.substring(equals + 1).strip();
        if (reason.length() > 1 && reason.startsWith("\"") && reason.endsWith("\"")) {
            reason = reason.substring(1, reason.length() - 1).strip();
        }
        if (object.isEmpty() || reason.isEmpty()) {
            throw new IllegalArgumentException(
                    (object.isEmpty() ? "no object in \"" : "no reason in \"") + text + "\"" + FORM);
        }
        return new Ignore(rule, object, reason);
    }

    private static int endOfObject(String text, int from) {
        int quoted = text.indexOf("=\"", from);
        return quoted >= 0 ? quoted : text.indexOf('=', from);
    }

    boolean covers(Finding finding) {
        return covers(finding.rule(), finding.object());
    }

    /** Whether it accepts a finding of this rule about this object. */
    public boolean covers(String ofRule, String ofObject) {
        return ofRule.equals(rule)
                && Wildcards.compile(object).matcher(ofObject).matches();
    }
}
