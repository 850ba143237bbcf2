package io.tenantwarden.tests.demo;

import java.util.ArrayList;
import java.util.List;

/** Collects what an act had to show: each point is printed as shown, or kept as a problem. */
final class Verdict {

    private final Screen screen;
    private final List<String> problems = new ArrayList<>();

    Verdict(Screen screen) {
        this.screen = screen;
    }

    /**
     * @param what the point as a sentence that is true when all is well
     * @param otherwise what was seen instead; said only when the point does not hold
     */
    void point(boolean holds, String what, Object otherwise) {
        if (holds) {
            screen.shown(what);
        } else {
            problem("not so: " + what + "; instead: " + otherwise);
        }
    }

    void problem(String what) {
        screen.problem(what);
        problems.add(what);
    }

    List<String> problems() {
        return List.copyOf(problems);
    }
}
