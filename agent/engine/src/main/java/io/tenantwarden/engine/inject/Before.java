package io.tenantwarden.engine.inject;

/** What the statements before the one at hand, in the same execution of the driver, have done. */
public interface Before {

    /** Whether one ended the transaction: what was set before it is gone. */
    boolean ends();

    /** Whether one may have set a GUC: what was set before it may be another value. */
    boolean sets();

    /** Whether one set the mode of the transaction (SET TRANSACTION), which must come before every query. */
    boolean setsMode();

    /** Whether one locked tables. */
    boolean locks();
}
