package io.tenantwarden.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "tenant-warden",
        description =
                "Row-level security of PostgreSQL: what the database really enforces, what is missing, and what ran.",
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        subcommands = {
            InitCommand.class,
            DoctorCommand.class,
            DdlCommand.class,
            ExplainCommand.class,
            ExportCommand.class,
            EraseCommand.class,
            ReportCommand.class,
            CheckCommand.class,
            VersionCommand.class,
            CompletionCommand.class,
            ManCommand.class,
            CommandLine.HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing found",
            "1:findings, or new violations",
            "2:wrong usage",
            "3:could not run: no connection, no permission, no file, nothing to look at"
        },
        footer = {
            "",
            "The same jar is the agent: java -javaagent:tenant-warden.jar -jar app.jar",
            "The password comes from WARDEN_PASSWORD, --password-file or a prompt, never from an argument."
        })
public final class WardenCli implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    private WardenCli() {}

    /**
     * Runs a command and ends the JVM with its exit code: 0 nothing found, 1 findings or new violations, 2 wrong usage, 3 could not run.
     *
     * @param arguments command and options
     */
    public static void main(String[] arguments) {
        // the driver logs what it throws as well
        LogManager.getLogManager().reset();
        int exitCode = run(Terminal.ofProcess(), arguments);
        System.out.flush();
        System.exit(exitCode);
    }

    /** Runs a command and returns its exit code. */
    static int run(Terminal terminal, String... arguments) {
        CommandLine.IFactory factory = new TerminalFactory(terminal);
        CommandLine commandLine = new CommandLine(new WardenCli(), factory);
        commandLine.setUsageHelpWidth(terminal.width() == 0 ? Terminal.USUAL_WIDTH : terminal.width());
        commandLine.setOut(new PrintWriter(terminal.text(), true));
        commandLine.setErr(new PrintWriter(terminal.errors(), true));
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colours() ? Ansi.ON : Ansi.OFF));
        commandLine.setParameterExceptionHandler(WardenCli::wrongUsage);
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> failed(terminal, e));
        try {
            return commandLine.execute(arguments);
        } finally {
            terminal.progress().clear();
        }
    }

    /** Without a command there is nothing to do. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCodes.USAGE;
    }

    private static int wrongUsage(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("tenant-warden: " + oneLine(e.getMessage()));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCodes.USAGE;
    }

    private static int failed(Terminal terminal, Exception e) {
        String message;
        int exitCode = ExitCodes.COULD_NOT_RUN;
        if (e instanceof CommandFailure failure) {
            message = failure.getMessage();
            exitCode = failure.exitCode();
        } else if (e instanceof SQLException sql) {
            message = SqlErrors.explain(sql);
        } else if (e instanceof IOException || e instanceof UncheckedIOException) {
            message = "cannot read or write: " + e.getMessage();
        } else {
            StackTraceElement[] at = e.getStackTrace();
            message = "an error of its own: " + e + (at.length == 0 ? "" : " at " + at[0]) + "; please report it";
        }
        terminal.progress("tenant-warden: " + oneLine(message));
        return exitCode;
    }

    static String oneLine(String text) {
        return text == null ? "" : text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }

    /** The version of the jar; {@code unknown} outside of it. */
    static String version() {
        return BuildInfo.read().version();
    }

    /** For picocli. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {BuildInfo.read().line()};
        }
    }

    /** Commands get the terminal that they are to use. */
    private record TerminalFactory(Terminal terminal) implements CommandLine.IFactory {

        @Override
        public <K> K create(Class<K> type) throws Exception {
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Terminal.class})) {
                    return type.cast(constructor.newInstance(terminal));
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
