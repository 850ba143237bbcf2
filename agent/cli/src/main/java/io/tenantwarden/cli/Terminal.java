package io.tenantwarden.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command writes and what it may ask. For one thread.
 *
 * @param text for people, in the terminal's own charset
 * @param data for programs, in UTF-8; goes to the same place as {@code text}
 * @param errors of the command
 * @param progress what is going on, on {@code errors} too
 * @param environment variables of the process
 * @param passwordPrompt asks the user; null when there is nobody to ask
 * @param colours whether colours may be written
 * @param width columns of a line of prose; 0 when nobody said, and the output is no terminal
 */
record Terminal(
        PrintStream text,
        PrintStream data,
        PrintStream errors,
        Progress progress,
        Map<String, String> environment,
        PasswordPrompt passwordPrompt,
        boolean colours,
        int width) {

    /** Where nobody says how wide a line may be. */
    static final int USUAL_WIDTH = 80;

    private static final int NARROWEST = 55;
    private static final int WIDEST = 120;
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    /** Asks for a password without showing it. */
    interface PasswordPrompt {

        /** What was typed; null at the end of the input. */
        char[] ask(String question);

        /** The same for what may be seen. */
        default String line(String question) {
            char[] typed = ask(question);
            return typed == null ? null : new String(typed);
        }
    }

    /** The console of this process. */
    private record OfConsole(Console console) implements PasswordPrompt {

        @Override
        public char[] ask(String question) {
            return console.readPassword("%s", question);
        }

        @Override
        public String line(String question) {
            return console.readLine("%s", question);
        }
    }

    /** The terminal of this process. */
    static Terminal ofProcess() {
        Console console = System.console();
        boolean interactive = console != null && isTerminal(console);
        Map<String, String> environment = System.getenv();
        int width = width(environment, interactive);
        return new Terminal(
                System.out,
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                System.err,
                new Progress(
                        System.err,
                        errorsAreSeen(interactive) && !"dumb".equals(environment.get("TERM")),
                        width == 0 ? USUAL_WIDTH : width,
                        System::nanoTime),
                environment,
                interactive ? new OfConsole(console) : null,
                interactive && wantsColours(environment),
                width);
    }

    /** See <a href="https://no-color.org">no-color.org</a>: set and not empty means no. */
    static boolean wantsColours(Map<String, String> environment) {
        String no = environment.get("NO_COLOR");
        return (no == null || no.isEmpty()) && !"dumb".equals(environment.get("TERM"));
    }

    /**
     * The variable COLUMNS, else what the terminal says, between 55 and 120: longer lines of prose are hard to read.
     *
     * @return 0 when neither says anything
     */
    static int width(Map<String, String> environment, boolean interactive) {
        String columns = environment.getOrDefault("COLUMNS", "").strip();
        int width = columns.matches("[1-9][0-9]{0,5}")
                ? Integer.parseInt(columns)
                : interactive
                        ? CommandSpec.create()
                                .usageMessage()
                                .width(USUAL_WIDTH)
                                .autoWidth(true)
                                .width()
                        : 0;
        return width == 0 ? 0 : Math.max(NARROWEST, Math.min(WIDEST, width));
    }

    /** Java can only tell of input and output; the kernel's own name of the open file tells of this one. */
    private static boolean errorsAreSeen(boolean interactive) {
        try {
            return Files.readSymbolicLink(STDERR).toString().matches("/dev/(pts/|tty|console).*");
        } catch (IOException | UnsupportedOperationException e) {
            return interactive;
        }
    }

    /** Since Java 22 there is a console where input and output are no terminal; the method that tells came with it. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** A line about what is going on. */
    void progress(String line) {
        progress.line(line);
    }

    /** One of many steps, of which only the last is of interest: see {@link Progress}. */
    void step(String line) {
        progress.step(line);
    }
}
