package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now;

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Two thousand tables of two seconds each, in the log of a build. */
    @Test
    void whereThereIsNoTerminalThereAreFewSteps() {
        Progress progress = new Progress(stream, false, 80, () -> now);
        progress.line("reading the catalog");
        for (int i = 1; i <= 2_000; i++) {
            now += 2_000_000_000L;
            progress.step("probing table " + i);
        }
        progress.line("done");
        assertEquals("reading the catalog", text().lines().findFirst().orElseThrow());
        assertEquals("probing table 5", text().lines().skip(1).findFirst().orElseThrow());
        assertEquals(49, text().lines().count(), text());
        assertEquals("done", text().lines().reduce((a, b) -> b).orElseThrow());
    }

    @Test
    void onATerminalStepsShareALineThatGoesBeforeTheNextText() {
        Progress progress = new Progress(stream, true, 20, () -> now);
        progress.step("probing public.a");
        progress.step("probing public.a_very_long_name");
        progress.line("done");
        progress.clear();
        String back = "\r\u001b[K";
        assertEquals(back + "probing public.a" + back + "probing public.a_ve" + back + "done", text().stripTrailing());
    }
}
