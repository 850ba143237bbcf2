package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class KotlinLinesTest {

    /** As Kotlin 2.3 writes it, for two inline functions of another file, one in the other. */
    private static final String MAP = """
            SMAP
            Jobs.kt
            Kotlin
            *S Kotlin
            *F
            + 1 Jobs.kt
            com/acme/JobsKt
            + 2 Queries.kt
            com/acme/QueriesKt
            *L
            1#1,60:1
            20#2,6:61
            8#2,3:67
            *S KotlinDebug
            *F
            + 1 Jobs.kt
            com/acme/JobsKt
            *L
            31#1:61,6
            32#1,2:67,3
            *E
            """;

    @Test
    void whatWasCopiedIsWhereItIsCalled() {
        KotlinLines lines = KotlinLines.of(MAP);
        assertEquals(31, lines.line(61));
        assertEquals(31, lines.line(66));
        assertEquals(32, lines.line(69));
        assertEquals(33, lines.line(70));
        assertEquals(73, lines.line(73), "not in the map");
    }

    @Test
    void linesOfTheFileStay() {
        assertEquals(31, KotlinLines.of(MAP).line(31));
        assertEquals(-1, KotlinLines.of(MAP).line(-1));
        assertEquals(61, KotlinLines.of(null).line(61));
        assertEquals(61, KotlinLines.of("").line(61));
    }

    @Test
    void whatIsNoMapChangesNothing() {
        assertEquals(
                61, KotlinLines.of("SMAP\n*S KotlinDebug\n*L\nx#1:61,6\n31\n*E").line(61));
        assertEquals(61, KotlinLines.of("SMAP\n*S KotlinDebug\n31#1:61,6\n").line(61), "no section of lines");
    }
}
