package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code init}: a first configuration, from what database and classes say. */
@Command(
        name = "init",
        description = {
            "Writes a first warden.properties from the policies and the application's classes.",
            "Settings and columns come from the policies; tenant source, scopes and bypasses from the classes. Each line has"
                    + " its reason. Overwrites no file.",
            "Reads the catalog and the class files; runs no code of the application and changes nothing."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: written. 2: wrong usage, or the file exists. 3: could not run.",
            "",
            "Example:",
            "  java -jar tenant-warden.jar init --url jdbc:postgresql://localhost:5432/app \\",
            "      --user app_user --jar app.jar"
        })
final class InitCommand implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Option(
            names = "--jar",
            paramLabel = "FILE",
            description =
                    "the application: a jar, of Spring Boot, Quarkus or another build, a war or an ear; may be repeated")
    private List<Path> jars = List.of();

    @Option(
            names = "--classes",
            paramLabel = "FOLDER",
            description =
                    "the application's classes, for instance target/classes or target/quarkus-app; may be repeated")
    private List<Path> folders = List.of();

    @Option(
            names = "--package",
            paramLabel = "NAME",
            split = ",",
            description =
                    "a package of the application, with those below it, where libraries lie beside its classes; else it"
                            + " is told by the place of the classes and the main class")
    private List<String> packages = List.of();

    @Option(names = "--out", paramLabel = "FILE", description = "the file to write; warden.properties")
    private Path out = Path.of("warden.properties");

    @Option(names = "--json", description = "print what was written, and what is left to decide, as JSON")
    private boolean asJson;

    private final Terminal terminal;

    InitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        if (Files.exists(out)) {
            throw exists();
        }
        List<Path> places = new ArrayList<>(jars);
        places.addAll(folders);
        InitClasses classes = places.isEmpty() ? null : InitClasses.read(places, packages);
        InitDatabase facts;
        try (Connection c = database.connect(terminal)) {
            facts = InitDatabase.read(c);
        }
        InitFile file = new InitFile(facts, classes);
        String text = file.write();
        try {
            Files.writeString(out, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw exists();
        }
        if (asJson) {
            terminal.data().println(json(facts, file, text));
            return ExitCodes.NOTHING_FOUND;
        }
        InitFile.next(out, file.toDo()).forEach(terminal.text()::println);
        terminal.text().flush();
        return ExitCodes.NOTHING_FOUND;
    }

    private String json(InitDatabase facts, InitFile file, String text) {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object();
        FindingsText.head(json, facts.catalog().database(), facts.role().currentUser());
        json.value("file", out.toString()).value("text", text).array("toDecide");
        file.toDo().forEach(json::value);
        return json.end().end().done();
    }

    private CommandFailure exists() {
        return CommandFailure.usage(out + " exists and is not overwritten: give another name with --out");
    }
}
