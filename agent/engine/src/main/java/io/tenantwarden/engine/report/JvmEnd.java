package io.tenantwarden.engine.report;

/**
 * The end of the JVM after all shutdown hooks: they run at the same time and may run statements, so that what is written in one of them misses
 * what others do.
 */
public interface JvmEnd {

    /** Where there is no such point: the shutdown hook is the last that can be had. */
    JvmEnd NONE = work -> false;

    /**
     * Has something run at the end, on a thread of the JVM's choice; not when the JVM is halted or killed.
     *
     * @return false when that cannot be had in this JVM
     */
    boolean runLast(Runnable work);
}
