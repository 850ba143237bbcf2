package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileReaderTest {

    @TempDir
    private Path directory;

    private Loaded load(Path file) {
        Properties properties = new Properties();
        properties.setProperty("warden.config", file.toString());
        return ConfigLoader.load(properties, Map.of(), null, ConfigFileReader.disk());
    }

    private String problem(Path file) {
        List<String> problems =
                assertInstanceOf(Loaded.Refused.class, load(file)).problems();
        assertEquals(1, problems.size(), problems::toString);
        return problems.get(0);
    }

    @Test
    void utf8IsRead() throws Exception {
        Path file = Files.writeString(directory.resolve("w.properties"), "warden.app.packages=com.größe\n");

        Loaded.Ready ready = assertInstanceOf(Loaded.Ready.class, load(file));

        assertEquals(List.of("com.größe"), ready.config().appPackages());
    }

    @Test
    void otherEncodingsAreRefused() throws Exception {
        Path file = Files.write(directory.resolve("latin1"), new byte[] {'a', '=', (byte) 0xE4, '\n'});

        assertTrue(problem(file).contains("not UTF-8"), problem(file));
    }

    @Test
    void aMissingFileAndADirectoryAreRefused() {
        assertTrue(problem(directory.resolve("missing")).contains("cannot be opened"));
        assertTrue(problem(directory).contains("cannot be opened"));
    }
}
