package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

class PreparedNamesTest {

    private final PreparedNames names = new PreparedNames();

    @Test
    void allThatANameHasStoodForCounts() {
        names.add("p", "select 1");
        names.add("p", "select 2");
        names.add("p", "select 1");
        assertEquals(List.of("select 1", "select 2"), names.named("p"));
        assertEquals(List.of(), names.named("other"));
    }

    @Test
    void aNameWithTooManyTextsIsNotKnownAnyMore() {
        for (int i = 0; i < 15; i++) {
            names.add("p", "select " + i);
        }
        assertEquals(15, names.named("p").size());
        names.add("p", "select 15");
        assertNull(names.named("p"));
    }

    @Test
    void withTooManyNamesAnUnknownOneMayBeAnything() {
        for (int i = 0; i < 1_000; i++) {
            names.add("p" + i, "select 1");
        }
        names.add("one more", "select 1");
        assertNull(names.named("one more"));
        assertEquals(List.of("select 1"), names.named("p7"));
    }
}
