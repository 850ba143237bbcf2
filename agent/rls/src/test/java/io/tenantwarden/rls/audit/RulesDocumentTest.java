package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/rules.md: the part between the marks is what the rules say of themselves, the rest is written by hand. */
class RulesDocumentTest {

    private static final Path FILE = Path.of("..", "..", "docs", "rules.md");
    private static final String BEGIN = "<!-- generated from the rules: begin -->\n";
    private static final String END = "<!-- generated from the rules: end -->\n";
    private static final String COMMAND = "./mvnw -pl agent/rls -am test -Dtest=RulesDocumentTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.update=true";

    @Test
    void saysWhatTheRulesSay() throws IOException {
        String page = Files.readString(FILE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end > 0, "the marks are missing in docs/rules.md");
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(FILE, page.substring(0, begin) + generated() + page.substring(end));
        } else {
            assertEquals(
                    generated(), page.substring(begin, end), "docs/rules.md is stale; write it again with: " + COMMAND);
        }
    }

    /** Ids from WD901 on are the probe's, which has a test of its own. */
    @Test
    void namesNoRuleThatDoesNotExist() throws IOException {
        Matcher m = Pattern.compile("WD[0-8]\\d{2}").matcher(Files.readString(FILE));
        while (m.find()) {
            assertNotNull(Rules.byId(m.group()), m.group());
        }
    }

    @Test
    void everyRuleSaysAllOfIt() {
        for (Rule rule : Rules.ALL) {
            Rule.About about = rule.about();
            for (String sentence : new String[] {about.why(), about.fix(), about.limits()}) {
                assertTrue(sentence.endsWith(".") && sentence.length() > 20, about.id() + ": " + sentence);
            }
        }
    }

    private static String generated() {
        StringBuilder b = new StringBuilder("\n| Rule | Level | What |\n|---|---|---|\n");
        for (Rule rule : Rules.ALL) {
            b.append("| [")
                    .append(rule.id())
                    .append("](#")
                    .append(rule.id().toLowerCase(java.util.Locale.ROOT))
                    .append(") | ")
                    .append(rule.level())
                    .append(" | ")
                    .append(rule.title())
                    .append(" |\n");
        }
        for (Rule rule : Rules.ALL) {
            Rule.About about = rule.about();
            b.append("\n### ")
                    .append(about.id())
                    .append("\n\n**")
                    .append(about.title())
                    .append("** (")
                    .append(about.level())
                    .append(")\n\n- Why: ")
                    .append(about.why())
                    .append("\n- Fix: ")
                    .append(about.fix())
                    .append("\n- Cannot see: ")
                    .append(about.limits())
                    .append("\n");
        }
        return b.append("\n").toString();
    }
}
