package io.tenantwarden.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.AgentErrors;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.ModeSwitch;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnErrorsTest {

    private static final Throwable BUG = new IllegalStateException("a bug");

    private final List<String> told = new ArrayList<>();

    private OwnErrors in(Mode mode) {
        return new OwnErrors(new ModeSwitch(mode), (text, bug) -> told.add(text));
    }

    @Test
    void eachIsCountedAndAtMostOneIsTold() {
        OwnErrors errors = in(Mode.INJECT);
        long before = AgentErrors.count();
        errors.count("there", BUG);
        errors.count("elsewhere", BUG);
        assertEquals(before + 2, AgentErrors.count());
        // another test of this JVM may have had the first
        assertEquals(
                before == 0 ? List.of("an error of the agent itself in there (told once, all are counted)") : List.of(),
                told);
    }

    @Test
    void enforceRefusesTheStatementThatDependsOnIt() {
        Throwable refusal = in(Mode.ENFORCE).failed("beforeExecute", BUG, true);
        assertTrue(
                refusal.getMessage().startsWith("[warden] refused: the agent failed in beforeExecute"),
                refusal::getMessage);
        assertEquals("42501", ((SQLException) refusal).getSQLState());
        assertNull(in(Mode.ENFORCE).failed("connectionClosing", BUG, false));
    }

    @Test
    void inOtherModesTheApplicationGoesOn() {
        long before = AgentErrors.count();
        assertNull(in(Mode.INJECT).failed("beforeExecute", BUG, true));
        assertNull(in(Mode.AUDIT).failed("beforeExecute", BUG, true));
        assertEquals(before + 2, AgentErrors.count());
    }
}
