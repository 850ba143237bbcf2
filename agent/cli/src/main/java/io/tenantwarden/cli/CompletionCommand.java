package io.tenantwarden.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code completion}: a script for the shell, made by picocli. */
@Command(
        name = "completion",
        description = {
            "Prints a script that completes commands and options, for bash and zsh.",
            "It completes the command tenant-warden: make that an alias of java -jar tenant-warden.jar."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        footer = {
            "",
            "Example, in ~/.bashrc:",
            "  alias tenant-warden='java -jar /opt/warden/tenant-warden.jar'",
            "  source <(tenant-warden completion)"
        })
final class CompletionCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    private final Terminal terminal;

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        CommandLine root = spec.root().commandLine();
        terminal.data().print(AutoComplete.bash(spec.root().name(), root).replace("\r\n", "\n"));
        terminal.data().flush();
    }
}
