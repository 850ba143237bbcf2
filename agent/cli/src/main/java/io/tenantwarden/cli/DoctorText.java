package io.tenantwarden.cli;

import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.audit.Rule;
import io.tenantwarden.rls.audit.Rules;
import java.io.PrintStream;
import java.util.List;

/** What doctor found, for people: grouped by rule, the worst first, the fix under each. */
final class DoctorText {

    private static final String RED = "1;31";
    private static final String YELLOW = "1;33";
    private static final String CYAN = "36";
    private static final String GREEN = "32";
    private static final String FAINT = "2";

    private final PrintStream out;
    private final boolean colours;

    DoctorText(Terminal terminal) {
        this.out = terminal.text();
        this.colours = terminal.colours();
    }

    void print(DoctorReport report) {
        out.println("Role " + report.role() + ", database " + report.database() + ", PostgreSQL "
                + report.serverVersion() / 10_000 + "." + report.serverVersion() % 10_000 + ", "
                + count(report.protectedTables(), "protected table"));
        printFindings(report.findings());
        if (report.probe() != null) {
            printProbe(report.probe());
        }
        out.println();
        out.println(summary(report));
        out.flush();
    }

    private void printFindings(List<Finding> findings) {
        String rule = null;
        for (Finding f : findings) {
            if (!f.rule().equals(rule)) {
                rule = f.rule();
                out.println();
                out.println(colour(colourOf(f.level()), pad(f.level().name(), 5) + "  " + rule) + "  " + title(f));
            }
            out.println("  " + WardenCli.oneLine(f.object()) + ": " + WardenCli.oneLine(f.message()));
            if (!f.fix().isEmpty()) {
                out.println(colour(FAINT, "    fix: ") + f.fix().strip().replace("\n", "\n         "));
            }
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

    private void printProbe(List<ProbeResult> results) {
        out.println();
        out.println("Probe (every statement was rolled back)");
        String table = null;
        for (ProbeResult r : results) {
            if (!r.table().equals(table)) {
                table = r.table();
                out.println("  " + WardenCli.oneLine(table));
            }
            String colour = switch (r.outcome()) {
                case PROVEN -> GREEN;
                case NOT_PROVABLE -> YELLOW;
                case FAILED -> RED;
            };
            out.println("    " + colour(colour, pad(r.outcome().words(), 12)) + "  "
                    + r.check().sentence()
                    + (r.detail().isEmpty() ? "" : ": " + WardenCli.oneLine(r.detail())));
        }
    }

    private String summary(DoctorReport report) {
        StringBuilder text = new StringBuilder();
        if (report.findings().isEmpty()) {
            text.append("no findings");
        } else {
            text.append(count(report.findings().size(), "finding"));
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

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
