package io.tenantwarden.cli;

/** What the process tells its caller. */
final class ExitCodes {

    static final int NOTHING_FOUND = 0;
    static final int FINDINGS = 1;
    static final int USAGE = 2;
    static final int COULD_NOT_RUN = 3;

    private ExitCodes() {}
}
