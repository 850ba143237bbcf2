package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A guard with a flag per thread that remembers what it was told. */
final class TestGuard implements ReadGuard {

    private final ThreadLocal<boolean[]> reading = ThreadLocal.withInitial(() -> new boolean[1]);
    final List<String> recursive = new CopyOnWriteArrayList<>();

    @Override
    public boolean enter() {
        boolean[] flag = reading.get();
        if (flag[0]) {
            return false;
        }
        flag[0] = true;
        return true;
    }

    @Override
    public void exit() {
        reading.get()[0] = false;
    }

    boolean isReading() {
        return reading.get()[0];
    }

    @Override
    public void recursive(String sources) {
        recursive.add(sources);
    }
}
