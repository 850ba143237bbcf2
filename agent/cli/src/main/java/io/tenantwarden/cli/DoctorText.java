package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.audit.Rule;
import io.tenantwarden.rls.audit.Rules;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What doctor found, for people: grouped by rule, the worst first, the fix under each. */
final class DoctorText {

    private static final String RED = "1;31";
    private static final String YELLOW = "1;33";
    private static final String CYAN = "36";
    private static final String GREEN = "32";
    private static final String FAINT = "2";

    private final PrintStream out;
    private final boolean colours;
    private final int width;
    private boolean sql;

    DoctorText(Terminal terminal) {
        this.out = terminal.text();
        this.colours = terminal.colours();
        this.width = terminal.width();
    }

    void print(DoctorReport report) {
        out.println("Role " + report.role() + ", database " + report.database() + ", PostgreSQL "
                + report.serverVersion() / 10_000 + "." + report.serverVersion() % 10_000 + ", "
                + Phrases.count(report.protectedTables(), "protected table"));
        printFindings(report.findings());
        if (report.probe() != null) {
            printProbe(new ProbeSummary(report.probe()));
        }
        out.println();
        if (sql) {
            prose(
                    "",
                    "SQL may be pasted in any order, and again. Each statement locks its table for a moment: SET"
                            + " lock_timeout = '5s'; first.");
        }
        prose("", summary(report));
        out.flush();
    }

    private void printFindings(List<Finding> findings) {
        String rule = null;
        Map<String, String> printed = new HashMap<>();
        for (Finding f : findings) {
            if (!f.rule().equals(rule)) {
                rule = f.rule();
                out.println();
                out.println(colour(colourOf(f.level()), pad(f.level().name(), 5) + "  " + rule) + "  " + title(f));
            }
            prose("  ", FindingsText.sentence(f));
            if (!f.fix().isEmpty()) {
                printFix(f, printed);
            }
        }
    }

    private void prose(String indent, String text) {
        Prose.lines(indent, text, width).forEach(out::println);
    }

    /** One statement for several findings is printed once. */
    private void printFix(Finding f, Map<String, String> printed) {
        String first = printed.putIfAbsent(f.fix(), f.rule() + " " + f.object());
        FixText fix = FixText.of(f.fix());
        if (first != null) {
            out.println(colour(
                    FAINT, "    " + (fix.sql() ? "fix" : "to do") + ": the same as of " + WardenCli.oneLine(first)));
        } else if (!fix.sql()) {
            List<String> lines = Prose.lines("    ", "to do: " + fix.words(), width);
            out.println(lines.get(0)
                    .replaceFirst("to do:", java.util.regex.Matcher.quoteReplacement(colour(FAINT, "to do:"))));
            lines.subList(1, lines.size()).forEach(out::println);
        } else {
            sql = true;
            out.println(colour(FAINT, "    fix" + (fix.who().isEmpty() ? "" : ", to be run by " + fix.who()) + ":"));
            fix.lines().forEach(line -> out.println("      " + line));
        }
    }

    private static String title(Finding f) {
        Rule rule = Rules.byId(f.rule());
        if (rule != null) {
            return rule.title();
        }
        ProbeResult.Check check = ProbeResult.Check.byRule(f.rule());
        return check == null ? "" : check.failure();
    }

    private void printProbe(ProbeSummary probe) {
        out.println();
        out.println("Probe (every statement was rolled back)");
        for (ProbeSummary.Line line : probe.lines()) {
            String colour = switch (line.outcome()) {
                case PROVEN -> GREEN;
                case NOT_PROVABLE -> YELLOW;
                case FAILED -> RED;
            };
            String word = pad(line.outcome().words(), 12);
            List<String> lines =
                    Prose.lines("  ", word + "  " + WardenCli.oneLine(line.text()), width == 0 ? 0 : width - 12);
            out.println("  " + colour(colour, word) + "  "
                    + lines.get(0).strip().substring(word.strip().length()).strip());
            lines.subList(1, lines.size()).forEach(more -> out.println(" ".repeat(12) + more));
        }
    }

    private String summary(DoctorReport report) {
        StringBuilder text = new StringBuilder();
        if (report.findings().isEmpty()) {
            text.append("no findings");
        } else {
            text.append(Phrases.count(report.findings().size(), "finding"));
            String separator = ": ";
            for (Finding.Level level : Finding.Level.values()) {
                long n = report.findings().stream()
                        .filter(f -> f.level() == level)
                        .count();
                if (n > 0) {
                    text.append(separator).append(n).append(' ').append(level.name());
                    separator = ", ";
                }
            }
        }
        if (report.probe() != null) {
            for (ProbeResult.Outcome outcome : ProbeResult.Outcome.values()) {
                long n = report.probe().stream()
                        .filter(r -> r.outcome() == outcome)
                        .count();
                text.append(outcome.ordinal() == 0 ? "; probe: " : ", ")
                        .append(n)
                        .append(' ')
                        .append(outcome.words());
            }
        }
        return text.toString();
    }

    private static String colourOf(Finding.Level level) {
        return switch (level) {
            case ERROR -> RED;
            case WARN -> YELLOW;
            case INFO -> CYAN;
        };
    }

    private String colour(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
