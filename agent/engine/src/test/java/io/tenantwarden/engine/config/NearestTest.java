package io.tenantwarden.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "a, '', 1",
        "'', abc, 3",
        "mode, mode, 0",
        "mdoe, mode, 1",
        "mod, mode, 1",
        "modes, mode, 1",
        "made, mode, 1",
        "ca, abc, 3",
        "tenant, tennat, 1",
        "kitten, sitting, 3"
    })
    void distance(String a, String b, int expected) {
        assertEquals(expected, Nearest.distance(a, b));
        assertEquals(expected, Nearest.distance(b, a));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"mdoe, mode", "port, -", "repotr, report", "x, -", "log, log"})
    void onlyWhatIsNearIsNamed(String word, String expected) {
        assertEquals(expected, Nearest.of(word, List.of("mode", "report", "log")));
    }
}
