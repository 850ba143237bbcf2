package io.tenantwarden.bootstrap;

/** Implemented, through instrumentation, by the driver's rows: gives a column as it came from the server. */
public interface HasColumns {

    /**
     * @param index of the column, the first is 0
     * @return null for NULL
     */
    byte[] wardenColumn(int index);
}
