package io.tenantwarden.tests.sites;

/** Behind a JDK proxy. */
public interface Renaming {

    /** Changes an entity; what is changed is written when the transaction ends. */
    void rename(long id, String note);

    /** Reads by itself. */
    long count();
}
