package io.tenantwarden.bootstrap;

import java.lang.ref.WeakReference;

/**
 * What tasks must run as, by the identity of the task, for those that can neither be wrapped nor be given a field. A task
 * that is never run is forgotten with the task: keys are weak, and values ({@link Scope}, {@link Submission}) hold nothing
 * of the application. Thread-safe; each of the stripes has a lock of its own, held for a few loads and stores.
 */
final class TaskMap {

    private static final int STRIPES = 64;

    private final Stripe[] stripes = new Stripe[STRIPES];

    TaskMap() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /**
     * A task was handed over. When it is waiting already, handed over in another scope, nobody can tell which of the two
     * runs comes first: both run as nobody.
     */
    void put(Object task, Object what) {
        int hash = hash(task);
        stripes[hash & (STRIPES - 1)].put(task, hash, what);
    }

    /** As {@link #put}, but the last one counts. */
    void set(Object task, Object what) {
        int hash = hash(task);
        stripes[hash & (STRIPES - 1)].set(task, hash, what);
    }

    /** What was put or set and not taken yet; null when nothing is known. */
    Object peek(Object task) {
        int hash = hash(task);
        return stripes[hash & (STRIPES - 1)].peek(task, hash);
    }

    /** What the task must run as, once for each time that it was handed over; null when nothing is known. */
    Object take(Object task) {
        int hash = hash(task);
        return stripes[hash & (STRIPES - 1)].take(task, hash);
    }

    /** How many entries there are, those of tasks that were collected since included. For tests. */
    int size() {
        int size = 0;
        for (Stripe stripe : stripes) {
            size += stripe.size();
        }
        return size;
    }

    private static int hash(Object task) {
        int hash = System.identityHashCode(task);
        return hash ^ hash >>> 16;
    }

    private static final class Entry extends WeakReference<Object> {
        private final int hash;
        private int times = 1;
        private Object what;
        private Entry next;

        Entry(Object task, int hash, Object what, Entry next) {
            super(task);
            this.hash = hash;
            this.what = what;
            this.next = next;
        }
    }

    private static final class Stripe {
        private Entry[] table = new Entry[8];
        private int size;

        synchronized void put(Object task, int hash, Object what) {
            Entry known = find(task, hash);
            if (known == null) {
                add(task, hash, what);
                return;
            }
            known.times++;
            if (!known.what.equals(what)) {
                known.what = Scope.NONE;
            }
        }

        synchronized void set(Object task, int hash, Object what) {
            Entry known = find(task, hash);
            if (known == null) {
                add(task, hash, what);
            } else {
                known.what = what;
            }
        }

        synchronized Object peek(Object task, int hash) {
            Entry known = find(task, hash);
            return known == null ? null : known.what;
        }

        private Entry find(Object task, int hash) {
            for (Entry entry = table[index(hash)]; entry != null; entry = entry.next) {
                if (entry.refersTo(task)) {
                    return entry;
                }
            }
            return null;
        }

        private void add(Object task, int hash, Object what) {
            int index = index(hash);
            table[index] = new Entry(task, hash, what, table[index]);
            if (++size > table.length) {
                makeRoom();
            }
        }

        synchronized Object take(Object task, int hash) {
            int index = index(hash);
            Entry before = null;
            for (Entry entry = table[index]; entry != null; before = entry, entry = entry.next) {
                if (!entry.refersTo(task)) {
                    continue;
                }
                if (--entry.times == 0) {
                    if (before == null) {
                        table[index] = entry.next;
                    } else {
                        before.next = entry.next;
                    }
                    size--;
                }
                return entry.what;
            }
            return null;
        }

        synchronized int size() {
            return size;
        }

        /** Drops what belongs to collected tasks, and grows when that does not help. */
        private void makeRoom() {
            Entry[] old = table;
            int living = 0;
            for (Entry head : old) {
                for (Entry entry = head; entry != null; entry = entry.next) {
                    living += entry.refersTo(null) ? 0 : 1;
                }
            }
            table = new Entry[living > old.length / 2 ? old.length * 2 : old.length];
            size = 0;
            for (Entry head : old) {
                for (Entry entry = head; entry != null; ) {
                    Entry next = entry.next;
                    if (!entry.refersTo(null)) {
                        int index = index(entry.hash);
                        entry.next = table[index];
                        table[index] = entry;
                        size++;
                    }
                    entry = next;
                }
            }
        }

        private int index(int hash) {
            return hash / STRIPES & (table.length - 1);
        }
    }
}
