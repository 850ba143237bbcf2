package io.tenantwarden.cli;

/** A command cannot go on. The message is one line for the user that says what to do; there is never a stack trace. */
final class CommandFailure extends RuntimeException {

    private final int exitCode;

    private CommandFailure(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /** The options do not make sense. */
    static CommandFailure usage(String message) {
        return new CommandFailure(ExitCodes.USAGE, message);
    }

    /** The options make sense, but the world does not let it happen: no connection, no permission, nothing to look at. */
    static CommandFailure couldNotRun(String message) {
        return new CommandFailure(ExitCodes.COULD_NOT_RUN, message);
    }

    /** What the database holds has to be put right first. */
    static CommandFailure finding(String message) {
        return new CommandFailure(ExitCodes.FINDINGS, message);
    }

    int exitCode() {
        return exitCode;
    }
}
