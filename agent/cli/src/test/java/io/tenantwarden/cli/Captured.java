package io.tenantwarden.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** One run of the command line in this JVM, and what it wrote. */
record Captured(int exitCode, String out, String err) {

    static Captured run(String... arguments) {
        return run(Map.of(), false, arguments);
    }

    static Captured run(Map<String, String> environment, boolean colours, String... arguments) {
        return run(environment, colours, null, arguments);
    }

    static Captured run(
            Map<String, String> environment, boolean colours, Terminal.PasswordPrompt prompt, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream text = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(
                text,
                text,
                errors,
                new Progress(errors, false, Terminal.USUAL_WIDTH, System::nanoTime),
                new HashMap<>(environment),
                prompt,
                colours,
                Terminal.width(environment, false));
        int exitCode = WardenCli.run(terminal, arguments);
        return new Captured(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "exit " + exitCode + "\n" + out + "\n--- stderr\n" + err;
    }
}
