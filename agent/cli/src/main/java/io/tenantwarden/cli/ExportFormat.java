package io.tenantwarden.cli;

import io.tenantwarden.rls.tenant.TenantTable;
import java.util.Locale;
import java.util.Set;

/** How rows are written. The names are what the user writes. */
enum ExportFormat {
    /** What COPY ... (FORMAT csv, HEADER) reads back. */
    csv("csv") {
        @Override
        String copy(TenantTable t, String where) {
            return "COPY (SELECT " + t.columnList("t") + " FROM " + t.from() + " t WHERE " + where
                    + ") TO STDOUT (FORMAT csv, HEADER true)";
        }

        @Override
        String restore(TenantTable t) {
            return "COPY " + t.table().quotedName() + " (" + t.columnList("")
                    + ") FROM STDIN WITH (FORMAT csv, HEADER true)";
        }
    },

    /**
     * One JSON object on each line. Quote and delimiter are characters that JSON writes as escapes, so COPY adds nothing; a
     * line break can only stand between tokens, where a blank means the same.
     */
    json("jsonl") {
        @Override
        String copy(TenantTable t, String where) {
            return "COPY (SELECT pg_catalog.translate(pg_catalog.row_to_json(x.*)::pg_catalog.text, E'\\n\\r', '  ') FROM"
                    + " (SELECT " + t.columnList("t") + " FROM " + t.from() + " t WHERE " + where
                    + ") x) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')";
        }

        @Override
        String restore(TenantTable t) {
            return null;
        }
    };

    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789_-.";

    private final String extension;

    ExportFormat(String extension) {
        this.extension = extension;
    }

    /** The statement that sends the rows for which the condition holds. */
    abstract String copy(TenantTable t, String where);

    /** The statement that reads the file back; null where COPY alone cannot. */
    abstract String restore(TenantTable t);

    /**
     * A name for the table's file that every file system can hold.
     *
     * @param taken names in lower case that others have; the new one is added
     */
    String fileName(TenantTable t, boolean gzip, Set<String> taken) {
        StringBuilder name = new StringBuilder();
        for (char c : t.name().toCharArray()) {
            boolean plain = PLAIN.indexOf(Character.toLowerCase(c)) >= 0 && c < 128;
            name.append(plain && !(c == '.' && name.isEmpty()) ? String.valueOf(c) : "%" + Integer.toHexString(c));
        }
        String base = name.length() > 120 ? name.substring(0, 120) : name.toString();
        for (int i = 1; ; i++) {
            String file = base + (i == 1 ? "" : "~" + i) + "." + extension + (gzip ? ".gz" : "");
            if (taken.add(file.toLowerCase(Locale.ROOT))) {
                return file;
            }
        }
    }
}
