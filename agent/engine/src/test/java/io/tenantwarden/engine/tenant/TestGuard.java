package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A guard with a flag per thread that remembers what it was told. */
final class TestGuard implements ReadGuard {

    private final ThreadLocal<boolean[]> reading = ThreadLocal.withInitial(() -> new boolean[1]);
    final List<String> recursive = new CopyOnWriteArrayList<>();

    @Override
    public Object enter() {
        boolean[] flag = reading.get();
        if (flag[0]) {
            return null;
        }
        flag[0] = true;
        return flag;
    }

    @Override
    public void exit(Object entered) {
        ((boolean[]) entered)[0] = false;
    }

    boolean isReading() {
        return reading.get()[0];
    }

    @Override
    public void recursive(String sources) {
        recursive.add(sources);
    }
}
