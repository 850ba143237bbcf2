package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

    private final Deadlines deadlines = new Deadlines();
    private final List<String> done = new ArrayList<>();

    @Test
    void eachIsDoneOnceWhenItIsDue() {
        assertEquals(Long.MAX_VALUE, deadlines.run());
        deadlines.add(Duration.ZERO, () -> done.add("now"));
        deadlines.add(Duration.ofHours(1), () -> done.add("later"));
        deadlines.run();
        long next = deadlines.run();
        assertEquals(List.of("now"), done);
        assertTrue(next > 0 && next <= Duration.ofHours(1).toNanos());
    }
}
