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
    void valuesHeldForTheSession() throws Exception {
        assertPasses(new TortureRun().seed(4).faults(false).postgres(18).held(true));
    }

    /** {@code warden.hold=session} must be without effect there. */
    @Test
    void throughPgBouncer() throws Exception {
        assumeTrue(PgBouncer.installed().isPresent(), "PgBouncer is not installed: apt-get install pgbouncer");
        assertPasses(new TortureRun().seed(3).faults(false).postgres(18).pooler(true));
        assertPasses(
                new TortureRun().seed(5).faults(false).postgres(18).pooler(true).held(true));
    }

    /** What longer runs have found and what was mended since, shrunk; none of them needs a fault. */
    @Test
    void programsThatOnceDiverged() throws Exception {
        replays(
                new TortureRun(),
                "7: AUTOCOMMIT_OFF(0,0) CURSOR_OPEN(5,8)! NO_TENANT(0,0) SET_LOCAL(96,5) CURSOR_READ(0,99)",
                "9: TEXT_BEGIN(26,39) SET_LOCAL(3,82) HAND_BACK(0,0) SELECT_PREPARED(68,91)",
                "0: METADATA(50,21) TENANT(81,38) CALL(61,32) TEXT_BEGIN(88,68) NO_TENANT(13,16) SET_LOCAL(96,5)"
                        + " SELECT_SIMPLE(81,7)",
                "5: AUTOCOMMIT_OFF(10,13) TENANT(74,85) CURSOR_OPEN(5,8) SQL_DECLARE(73,27) SQL_CLOSE(5,4) CURSOR_READ(91,71)",
                "4: CALL(68,39) TENANT(11,61) AUTOCOMMIT_OFF(80,0) INSERT_DEFERRED(84,40) NO_TENANT(81,39) DO(80,41)"
                        + " COMMIT(61,67)");
        replays(
                new TortureRun().strategy("jdbc"),
                "4: TENANT(53,21)! SET_SESSION(53,12) HAND_BACK(0,0) NO_TENANT(0,0) SELECT_SIMPLE(22,79) TEXT_BEGIN(8,47)"
                        + " SELECT_PREPARED(78,75)! SET_LOCAL(34,92) SELECT_PREPARED(29,66)",
                "8: TEXT_BEGIN(49,3) SQL_DECLARE(37,8) CHAIN(55,4) NESTED_BYPASS(17,7)",
                "6: SAVEPOINT(64,66) TENANT(74,10) AUTOCOMMIT_OFF(26,41) SELECT_PREPARED(70,26) NO_TENANT(97,68)"
                        + " SET_LOCAL(20,60) CANCEL(73,0) FUNCTION(80,80)");
        replays(
                new TortureRun().strategy("jdbc").enforce(true),
                "2: AUTOCOMMIT_OFF(23,99) TENANT(36,42) CURSOR_OPEN(25,83) TENANT(31,39) SAVEPOINT(71,31) CANCEL(30,82)"
                        + " CALL(69,12) CURSOR_READ(35,30)");
        replays(
                new TortureRun().strategy("jdbc").enforce(true).postgres(14),
                "1: TEXT_BEGIN(90,66) SET_LOCAL(28,39) HAND_BACK(0,0) COPY_OUT(44,61)");
    }

    private static void replays(TortureRun run, String... programs) throws Exception {
        TortureRun.Result result = run.faults(false)
                .replay(String.join(Settings.BETWEEN_PROGRAMS, programs))
                .run();
        assertTrue(result.passed(), result::output);
        assertTrue(result.output().contains("no divergence"), result::output);
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
