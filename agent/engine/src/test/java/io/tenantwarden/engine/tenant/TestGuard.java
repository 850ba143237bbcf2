package io.tenantwarden.engine.tenant;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A guard with two flags per thread, whether it reads and whether it came back, that remembers what it was told. */
final class TestGuard implements ReadGuard {

    private final ThreadLocal<boolean[]> reading = ThreadLocal.withInitial(() -> new boolean[2]);
    final List<String> recursive = new CopyOnWriteArrayList<>();

    @Override
    public Object enter() {
        boolean[] flag = reading.get();
        if (flag[0]) {
            flag[1] = true;
            return null;
        }
        flag[0] = true;
        flag[1] = false;
        return flag;
    }

    @Override
    public boolean exit(Object entered) {
        boolean[] flag = (boolean[]) entered;
        flag[0] = false;
        return flag[1];
    }

    boolean isReading() {
        return reading.get()[0];
    }

    @Override
    public void recursive(String sources) {
        recursive.add(sources);
    }
}
