package io.tenantwarden.tests.torture;

/** What happened is not what the model says. */
@SuppressWarnings("serial")
final class Divergence extends RuntimeException {

    /** How it differs. */
    enum Sort {
        FOREIGN_ROWS,
        MISSING_ROWS,
        NOT_REFUSED,
        ERROR_OUTSIDE_THE_TABLE,
        DEFERRED_TRIGGER
    }

    private final Sort sort;

    Divergence(Sort sort, String message) {
        super(message);
        this.sort = sort;
    }

    Divergence(Sort sort, String message, Throwable cause) {
        super(message, cause);
        this.sort = sort;
    }

    Sort sort() {
        return sort;
    }
}
