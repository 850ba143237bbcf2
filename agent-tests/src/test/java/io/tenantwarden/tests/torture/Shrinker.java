package io.tenantwarden.tests.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Delta debugging: takes operations out of a program for as long as what is left still fails. */
final class Shrinker {

    private final Predicate<List<Op>> fails;
    private final long deadline;

    /**
     * @param fails whether a program still diverges
     * @param seconds after which the smallest program so far must do
     */
    Shrinker(Predicate<List<Op>> fails, int seconds) {
        this.fails = fails;
        this.deadline = System.nanoTime() + seconds * 1_000_000_000L;
    }

    /** A program that fails, of which no part found could be left out. */
    List<Op> shrink(List<Op> program) {
        List<Op> smallest = new ArrayList<>(program);
        int size = Math.max(1, smallest.size() / 2);
        while (System.nanoTime() < deadline) {
            boolean shorter = false;
            for (int from = 0; from < smallest.size() && System.nanoTime() < deadline; ) {
                List<Op> less = new ArrayList<>(smallest.subList(0, from));
                less.addAll(smallest.subList(Math.min(smallest.size(), from + size), smallest.size()));
                if (!less.isEmpty() && fails.test(less)) {
                    smallest = less;
                    shorter = true;
                } else {
                    from += size;
                }
            }
            if (!shorter && size == 1) {
                break;
            }
            size = shorter ? size : Math.max(1, size / 2);
        }
        return smallest;
    }
}
