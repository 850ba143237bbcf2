package io.tenantwarden.cli;

import com.grack.nanojson.JsonWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code version}. */
@Command(
        name = "version",
        description = "Prints the version, the commit it was built from, and the JDK that runs it.",
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class)
final class VersionCommand implements Runnable {

    @Option(names = "--json", description = "print them as JSON")
    private boolean asJson;

    private final Terminal terminal;

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        BuildInfo info = BuildInfo.read();
        if (asJson) {
            terminal.data()
                    .println(JsonWriter.indent("  ")
                            .string()
                            .object()
                            .value("tool", "Tenant Warden " + info.version())
                            .value("version", info.version())
                            .value("commit", info.commit())
                            .value("jdk", BuildInfo.jdk())
                            .end()
                            .done());
            return;
        }
        terminal.text().println(info.line());
    }
}
