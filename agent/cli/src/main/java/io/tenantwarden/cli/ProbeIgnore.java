package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.Wildcards;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A failed check of the probe that somebody accepted. Immutable.
 *
 * @param rule its id, {@code WD9..}
 * @param object {@code schema.table}; {@code *} stands for any characters
 * @param reason why it is accepted; never blank
 */
record ProbeIgnore(String rule, String object, String reason) {

    private static final Pattern FORM = Pattern.compile("\\s*(WD9\\d\\d)\\s*:([^=]+)=(.*)", Pattern.DOTALL);

    /** Whether the text is about the probe rather than about the rules. */
    static boolean isMeant(String text) {
        return text.strip().startsWith("WD9");
    }

    static ProbeIgnore parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not RULE:OBJECT=REASON, for instance"
                    + " WD901:public.plans=\"the same for all tenants\"");
        }
        if (ProbeResult.Check.byRule(m.group(1)) == null) {
            throw new IllegalArgumentException("no such rule: \"" + m.group(1) + "\" in \"" + text + "\"");
        }
        String reason = m.group(3).strip();
        if (reason.length() > 1 && reason.startsWith("\"") && reason.endsWith("\"")) {
            reason = reason.substring(1, reason.length() - 1).strip();
        }
        if (reason.isEmpty()) {
            throw new IllegalArgumentException("no reason in \"" + text + "\": say why the finding is accepted");
        }
        return new ProbeIgnore(m.group(1), m.group(2).strip(), reason);
    }

    boolean covers(Finding finding) {
        return finding.rule().equals(rule)
                && Wildcards.compile(object).matcher(finding.object()).matches();
    }
}
