package io.tenantwarden.tests.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The demo that a person watches, played once and checked act by act. */
class DemoTest {

    private static List<ActResult> results;

    @BeforeAll
    static void play() {
        results = DemoPlayer.play(List.of(1, 2, 3, 4), new Screen(System.out, false));
    }

    @Test
    void withoutTheAgentTheApplicationLeaksOrShowsNothing() {
        assertEquals(List.of(), results.get(0).problems());
        assertEquals(34, results.get(0).answers().size());
    }

    @Test
    void auditChangesNothingAndListsTheTrueLines() {
        assertEquals(List.of(), results.get(1).problems());
        // ten with the bare flag, and of them two that have no tenant even when its source is known
        assertEquals(12, results.get(1).violations().size());
    }

    @Test
    void injectShowsEachTenantItsOwnRowsAndNoOther() {
        assertEquals(List.of(), results.get(2).problems());
        assertEquals(
                17,
                results.get(2).answers().stream()
                        .filter(answer -> answer.status() < 300 || answer.request() == Request.FOREIGN_INVOICE)
                        .count());
    }

    @Test
    void enforceRefusesTheJobAndNoRequestUntilTheJobIsNamedAsAScope() {
        assertEquals(List.of(), results.get(3).problems());
        // two visits: before and after the line of configuration that covers the job
        assertEquals(34, results.get(3).answers().size());
        assertFalse(results.get(3).refusals().isEmpty());
        assertTrue(results.get(3).answers().stream().noneMatch(answer -> answer.status() >= 500));
    }
}
