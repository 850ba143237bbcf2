package io.tenantwarden.tests.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** The short run of the ordinary tests; the long ones are {@code scripts/torture.sh}. */
class TortureTest {

    private static final int SECONDS = 5;

    private static void assertPasses(TortureRun run) throws Exception {
        TortureRun.Result result = run.seconds(SECONDS).run();
        assertTrue(result.passed(), result::output);
    }

    @Test
    void newestServerInject() throws Exception {
        assertPasses(new TortureRun().seed(9).faults(false).postgres(18));
    }

    @Test
    void oldestServerEnforce() throws Exception {
        assertPasses(new TortureRun().seed(2).faults(false).postgres(14).enforce(true));
    }

    @Test
    void throughPgBouncer() throws Exception {
        assumeTrue(PgBouncer.installed().isPresent(), "PgBouncer is not installed: apt-get install pgbouncer");
        assertPasses(new TortureRun().seed(3).faults(false).postgres(18).pooler(true));
    }

    @Test
    void aProgramIsWhatItsTextSays() {
        for (int i = 0; i < 50; i++) {
            Program program = Program.of(Program.seed(7, i % 3, i), i % 2 == 0);
            assertEquals(program, Program.parse(program.toString()));
            assertEquals(program, Program.of(Program.seed(7, i % 3, i), i % 2 == 0));
        }
    }

    @Test
    void shrinkingKeepsWhatMakesAProgramFail() {
        java.util.List<Op> program = Program.of(3, false).operations();
        java.util.List<Op> needed = java.util.List.of(program.get(4), program.get(17));
        assertEquals(needed, new Shrinker(less -> less.containsAll(needed), 10).shrink(program));
    }
}
