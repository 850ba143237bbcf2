package io.tenantwarden.tests.demo;

/** The requests that a visit makes, in the order in which it makes them. */
enum Request {
    CREATE,
    CUSTOMERS,
    BALANCE,
    INVOICES,
    OWN_INVOICE,
    FOREIGN_INVOICE,
    /** The query that forgot its WHERE. */
    OPEN_ITEMS,
    TURNOVER,
    REMINDER,
    PAYMENT;

    /** Whether the answer shows rows of customers or invoices. */
    boolean reads() {
        return this != CREATE && this != REMINDER && this != PAYMENT;
    }
}
