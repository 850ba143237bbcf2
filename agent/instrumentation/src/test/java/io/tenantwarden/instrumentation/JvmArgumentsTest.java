package io.tenantwarden.instrumentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmArgumentsTest {

    private static final String OURS = "-javaagent:/opt/tenant-warden-0.1.0.jar=mode=enforce";

    private static String why(String... arguments) {
        return new JvmArguments(List.of(arguments)).whatLoadsBefore();
    }

    @Test
    void namesTheAgentsThatStandBeforeOurs() {
        String why = why(
                "-agentlib:jdwp=transport=dt_socket",
                "-javaagent:/opt/otel.jar=password=secret",
                "-agentpath:/opt/profiler.so",
                OURS,
                "-javaagent:/opt/late.jar",
                "-XX:AOTCache=/x");
        assertTrue(why.contains("-javaagent:/opt/otel.jar -agentpath:/opt/profiler.so"), why);
        assertTrue(why.contains("put -javaagent:tenant-warden.jar before the other -javaagent"), why);
        for (String other : List.of("late.jar", "jdwp", "secret", "AOTCache")) {
            assertTrue(!why.contains(other), why);
        }
    }

    @Test
    void namesTheCache() {
        String why = why(OURS, "-XX:AOTCache=/opt/app.aot", "-javaagent:/opt/late.jar");
        assertTrue(why.startsWith("-XX:AOTCache=/opt/app.aot "), why);
    }

    @Test
    void namesTheSystemClassLoader() {
        assertTrue(why(OURS, "-Djava.system.class.loader=com.acme.Loader").contains("com.acme.Loader"));
    }

    @Test
    void saysWhatToDoWhenNothingIsKnown() {
        assertTrue(why().contains("put -javaagent:tenant-warden.jar first"));
    }

    @Test
    void findsAnArchiveThatMayHoldClassesOfTheApplication(@TempDir Path folder) throws Exception {
        int[] magic = {0xf00baba2, 0xf00baba8};
        String[] files = new String[2];
        for (int i = 0; i < 2; i++) {
            byte[] content = ByteBuffer.allocate(64)
                    .order(ByteOrder.nativeOrder())
                    .putInt(magic[i])
                    .array();
            files[i] = Files.write(folder.resolve(i + ".jsa"), content).toString();
        }
        String option = "-XX:SharedArchiveFile=";
        assertNull(new JvmArguments(List.of(OURS)).archive());
        assertNull(new JvmArguments(List.of(option + folder.resolve("none.jsa"))).archive());
        for (String file : files) {
            assertEquals(file, new JvmArguments(List.of(option + file)).archive());
            assertNull(new JvmArguments(List.of(option + file, "-Djdk.util.jar.enableMultiRelease=false")).archive());
        }
        String both = option + files[0] + File.pathSeparator + files[1];
        assertEquals(files[1], new JvmArguments(List.of(both)).archive());
    }
}
