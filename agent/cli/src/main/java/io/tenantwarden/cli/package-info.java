/** The command line: {@code java -jar tenant-warden.jar COMMAND}. Uses rls, and of engine only config and report. */
package io.tenantwarden.cli;
