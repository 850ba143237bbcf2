package io.tenantwarden.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Spec;

/**
 * {@code man}: the manual page, of what picocli knows of the commands: no second description can become untrue.
 *
 * <p>picocli's own generator writes AsciiDoc, which needs another tool to become a page; this writes what {@code man} reads.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/man.7.html">man(7)</a>
 */
@Command(
        name = "man",
        description = "Prints the manual page: see it with man -l, or put it into a folder man1.",
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        footer = {"", "Example:", "  java -jar tenant-warden.jar man > tenant-warden.1 && man -l tenant-warden.1"})
final class ManCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    private final Terminal terminal;
    private final StringBuilder page = new StringBuilder();

    ManCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        CommandSpec root = spec.root();
        String name = root.name();
        line(".TH " + name.toUpperCase(java.util.Locale.ROOT) + " 1 \"\" \"Tenant Warden "
                + BuildInfo.read().version() + "\" \"\"");
        line(".SH NAME");
        line(escape(name) + " \\- " + escape("row-level security of PostgreSQL: check, write, explain, report"));
        line(".SH SYNOPSIS");
        line(".B java \\-jar tenant\\-warden.jar");
        line("[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]");
        line(".SH DESCRIPTION");
        paragraphs(root.usageMessage().description());
        line(".SH COMMANDS");
        for (Map.Entry<String, CommandLine> each : root.subcommands().entrySet()) {
            CommandSpec command = each.getValue().getCommandSpec();
            if (!command.usageMessage().hidden()) {
                command(each.getKey(), command);
            }
        }
        line(".SH EXIT STATUS");
        root.usageMessage().exitCodeList().forEach((code, meaning) -> entry("\\fB" + code + "\\fR", meaning));
        line(".SH ENVIRONMENT");
        entry("\\fBWARDEN_PASSWORD\\fR", "the password of --user; else --password-file, else a prompt");
        entry("\\fBWARDEN_WITNESS_PASSWORD\\fR", "the password of --witness-user");
        entry("\\fBCOLUMNS\\fR", "width of help and text; else that of the terminal, else 80");
        entry("\\fBNO_COLOR\\fR", "no colours when it is set and not empty");
        terminal.data().print(page);
        terminal.data().flush();
    }

    private void command(String name, CommandSpec command) {
        UsageMessageSpec usage = command.usageMessage();
        line(".SS " + escape(name));
        paragraphs(usage.description());
        for (ArgSpec parameter : command.positionalParameters()) {
            entry("\\fI" + escape(parameter.paramLabel()) + "\\fR", text(parameter));
        }
        for (OptionSpec option : command.options()) {
            if (!option.usageHelp() && !option.versionHelp() && !option.hidden()) {
                String value = option.arity().max() == 0 ? "" : "=\\fI" + escape(option.paramLabel()) + "\\fR";
                entry("\\fB" + escape(option.longestName()) + "\\fR" + value, text(option));
            }
        }
        String[] footer = usage.footer();
        if (footer.length > 0) {
            line(".PP");
            line(".nf");
            for (String each : footer) {
                line(escape(plain(each)));
            }
            line(".fi");
        }
    }

    /** With its variables, for instance the names of an enumeration, put in. */
    private static String text(ArgSpec argument) {
        StringBuilder text = new StringBuilder();
        for (String each : argument.description()) {
            String shown = each;
            if (each.contains("${COMPLETION-CANDIDATES}") && argument.completionCandidates() != null) {
                shown = each.replace("${COMPLETION-CANDIDATES}", String.join(", ", argument.completionCandidates()));
            }
            text.append(text.isEmpty() ? "" : " ").append(plain(shown));
        }
        return text.toString();
    }

    private void paragraphs(String[] sentences) {
        line(".PP");
        for (String each : sentences) {
            line(escape(plain(each)));
        }
    }

    private void entry(String head, String text) {
        line(".TP");
        line(head);
        line(escape(text));
    }

    /** As picocli shows it: {@code %%} is a per cent sign, and what is between {@code @|} and {@code |@} is marked. */
    private static String plain(String text) {
        return Help.Ansi.OFF.string(text.replace("%%", "%"));
    }

    /** A line may not begin with a control character, and a minus is to stay one when it is copied. */
    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
