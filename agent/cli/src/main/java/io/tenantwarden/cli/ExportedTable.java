package io.tenantwarden.cli;

/**
 * A table that was exported. Immutable.
 *
 * @param table {@code schema.table}
 * @param file its name in the directory
 * @param rows how many
 * @param bytes of the file
 * @param sha256 of the file, in hexadecimal
 */
record ExportedTable(String table, String file, long rows, long bytes, String sha256) {}
