package io.tenantwarden.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command writes and what it may ask. For one thread.
 *
 * @param text for people, in the terminal's own charset
 * @param data for programs, in UTF-8; goes to the same place as {@code text}
 * @param errors progress and errors
 * @param environment variables of the process
 * @param passwordPrompt asks the user; null when there is nobody to ask
 * @param colours whether colours may be written
 */
record Terminal(
        PrintStream text,
        PrintStream data,
        PrintStream errors,
        Map<String, String> environment,
        PasswordPrompt passwordPrompt,
        boolean colours) {

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
        return new Terminal(
                System.out,
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                System.err,
                environment,
                interactive ? new OfConsole(console) : null,
                interactive && wantsColours(environment));
    }

    /** See <a href="https://no-color.org">no-color.org</a>: set and not empty means no. */
    static boolean wantsColours(Map<String, String> environment) {
        String no = environment.get("NO_COLOR");
        return (no == null || no.isEmpty()) && !"dumb".equals(environment.get("TERM"));
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
        errors.println(line);
    }
}
