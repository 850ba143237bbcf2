/**
 * The report as data, and the forms in which it is written. The agent makes a {@link io.tenantwarden.engine.report.document.Report} of what it
 * knows, the command line reads one from files; both write it with the same formats.
 *
 * <p>A new format is a class that implements {@link io.tenantwarden.engine.report.document.ReportFormat}, and its line in
 * {@link io.tenantwarden.engine.report.document.ReportFormats}. Nothing here knows how violations are found or counted, starts a thread or
 * writes a file; the package depends on no other of the engine, and of the rules only on what they say of themselves.
 */
package io.tenantwarden.engine.report.document;
