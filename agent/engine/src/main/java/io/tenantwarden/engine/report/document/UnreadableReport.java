package io.tenantwarden.engine.report.document;

/** A file is no report. The message is a sentence without the file's name, fit for "FILE: message". */
public final class UnreadableReport extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableReport(String message) {
        super(message, null, false, false);
    }
}
