package io.tenantwarden.engine.config;

import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.report.document.ReportFormats;
import io.tenantwarden.engine.tenant.SourceKinds;
import io.tenantwarden.engine.tenant.SourceSpec;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The types of values. Classes instead of lambdas, hand-written parsers instead of {@code java.time.format} and regular
 * expressions: this runs in premain, where the first lambda or formatter of a JVM costs more than all of the parsing.
 */
final class Values {

    static final ValueType<Boolean> FLAG = new ValueType<>("true, false") {
        @Override
        Boolean read(String text) {
            if (text.equalsIgnoreCase("true")) {
                return Boolean.TRUE;
            }
            if (text.equalsIgnoreCase("false")) {
                return Boolean.FALSE;
            }
            throw new IllegalArgumentException("allowed are true, false");
        }
    };

    static final ValueType<String> TEXT = new ValueType<>("text") {
        @Override
        String read(String text) {
            return text;
        }
    };

    static final ValueType<String> TENANT_CHECK = new ValueType<>("one SELECT with one `?`") {
        @Override
        String read(String text) {
            int placeholders = placeholders(text);
            if (placeholders != 1) {
                throw new IllegalArgumentException(
                        "must hold exactly one ? for the tenant, outside quotes and comments," + " and has "
                                + placeholders + "; for instance select 1 from tenants where id = ? and active");
            }
            if (text.indexOf(';') >= 0) {
                throw new IllegalArgumentException("must be one statement, without a semicolon");
            }
            return text;
        }
    };

    static final ValueType<String> TENANTS = new ValueType<>("one SELECT whose first column is the tenant id") {
        @Override
        String read(String text) {
            if (placeholders(text) != 0) {
                throw new IllegalArgumentException(
                        "has a ?, but nothing is bound; for instance select id from tenants where active");
            }
            if (text.indexOf(';') >= 0) {
                throw new IllegalArgumentException("must be one statement, without a semicolon");
            }
            return text;
        }
    };

    static final ValueType<String> FILE = new ValueType<>("file name, relative to the working directory") {
        @Override
        String read(String text) {
            return text;
        }
    };

    static final ValueType<HashKey> HASH_KEY =
            new ValueType<>("text of 16 characters or more, as `openssl rand -hex 32` writes it") {
                @Override
                HashKey read(String text) {
                    return HashKey.of(text);
                }
            };

    static final ValueType<HashKey> HASH_KEY_FILE =
            new ValueType<>("name of a file with 16 characters or more, relative to the working directory") {
                @Override
                HashKey read(String text) {
                    return HashKey.in(Path.of(text));
                }
            };

    static final ValueType<Duration> DURATION = new ValueType<>("duration: 500ms, 300s, 5m, 1h") {
        @Override
        Duration read(String text) {
            return duration(text);
        }
    };

    static final ValueType<LocalDate> DATE = new ValueType<>("date: 2026-12-31") {
        @Override
        LocalDate read(String text) {
            return date(text);
        }
    };

    static final ValueType<Pattern> REGEX =
            new ValueType<>("regular expression that the whole id must match; double the backslashes in a file") {
                @Override
                Pattern read(String text) {
                    try {
                        return Pattern.compile(text);
                    } catch (PatternSyntaxException e) {
                        throw new IllegalArgumentException("not a regular expression: " + e.getDescription()
                                + (e.getIndex() < 0 ? "" : " near index " + e.getIndex()));
                    }
                }
            };

    /** Settings of a tenant scope. */
    static final ValueType<List<GucAssignment>> TENANT_GUCS =
            new ValueType<>("list of `name=value`; in a value `{tenant}` or any tenant source in braces; in that of"
                    + " `application_name` only `{tenant-hash}` and `{thread}`") {
                @Override
                List<GucAssignment> read(String text) {
                    List<GucAssignment> assignments = GucAssignment.parseList(text);
                    for (GucAssignment assignment : assignments) {
                        if (!assignment.value().isConstant()) {
                            return assignments;
                        }
                    }
                    throw new IllegalArgumentException(
                            "no value holds {tenant}, so the database would never hear of the"
                                    + " tenant; for instance app.tenant_id={tenant}");
                }
            };

    /** Settings where there is no tenant. */
    static final ValueType<List<GucAssignment>> OTHER_GUCS =
            new ValueType<>("list of `name=value`; in a value any tenant source in braces, but not `{tenant}`") {
                @Override
                List<GucAssignment> read(String text) {
                    List<GucAssignment> assignments = GucAssignment.parseList(text);
                    for (GucAssignment assignment : assignments) {
                        if (assignment.value().usesTenant()) {
                            throw new IllegalArgumentException(assignment.name()
                                    + (assignment.value().has(GucTemplate.Kind.TENANT)
                                            ? " uses {tenant}"
                                            : " uses {tenant-hash}")
                                    + ", but there is no tenant here; write a constant, for instance "
                                    + (ApplicationName.is(assignment.name())
                                            ? "application_name=billing"
                                            : "app.is_platform=on"));
                        }
                    }
                    return assignments;
                }

                @Override
                List<GucAssignment> absent() {
                    return List.of();
                }
            };

    static final ValueType<SourceSpec> SOURCE = new ValueType<>("one tenant source, commas allowed") {
        @Override
        SourceSpec read(String text) {
            return SourceSpec.parse(text);
        }
    };

    /** A list element: {@code warden.tenant} cannot hold sources with commas in them. */
    static final ValueType<SourceSpec> LISTED_SOURCE = new ValueType<>("list of " + SourceKinds.phrases()) {
        @Override
        SourceSpec read(String text) {
            try {
                return SourceSpec.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        e.getMessage() + "; a source with a comma in it goes into warden.tenant.1, .2 ...");
            }
        }
    };

    static final ValueType<TablePattern> TABLE =
            new ValueType<>("list of `schema.table`, spelled as the catalog spells them, `*` for any characters") {
                @Override
                TablePattern read(String text) {
                    return TablePattern.parse(text);
                }
            };

    static final ValueType<ConnectionPattern> CONNECTION =
            new ValueType<>("list of patterns on `user@url`, `*` for any characters") {
                @Override
                ConnectionPattern read(String text) {
                    return ConnectionPattern.parse(text);
                }
            };

    static final ValueType<MethodPattern> SCOPE_METHOD =
            new ValueType<>(
                    "list of `class#method(0)`, `class#method(0.tenantId)` or `class#method(0.ids[0])`, `*` within a part of a"
                            + " name") {
                @Override
                MethodPattern read(String text) {
                    MethodPattern method = MethodPattern.parse(text);
                    if (method.argument() < 0) {
                        throw new IllegalArgumentException(
                                "'" + text
                                        + "' does not say which argument holds the tenant; write "
                                        + withoutParentheses(text)
                                        + "(0), or (0.tenantId) for a getter or field of it, (0[\"tenant\"]) for an entry of a map");
                    }
                    return method;
                }
            };

    static final ValueType<MethodPattern> BYPASS_METHOD =
            new ValueType<>("list of `class#method`, `*` within a part of a name") {
                @Override
                MethodPattern read(String text) {
                    MethodPattern method = MethodPattern.parse(text);
                    if (method.argument() >= 0) {
                        throw new IllegalArgumentException("'" + text
                                + "' names an argument, but a bypass has no tenant; write " + withoutParentheses(text));
                    }
                    return method;
                }
            };

    static final ValueType<MethodPattern> LOOP_METHOD =
            new ValueType<>("list of `class#method`, the methods without arguments, `*` within a part of a name") {
                @Override
                MethodPattern read(String text) {
                    MethodPattern method = MethodPattern.parse(text);
                    if (method.argument() >= 0) {
                        throw new IllegalArgumentException("'" + text
                                + "' names an argument, but a method that runs once for each tenant has none; write "
                                + withoutParentheses(text)
                                + ", or, for a method that is given its tenant, warden.scope.<name>=" + text);
                    }
                    return method;
                }
            };

    static final ValueType<String> NAME = new ValueType<>("list of names") {
        @Override
        String read(String text) {
            return text;
        }
    };

    /** PostgreSQL reserves none and public: manual, section "CREATE ROLE". */
    static final ValueType<String> ROLE = new ValueType<>("name of a role, spelled as the catalog spells it") {
        @Override
        String read(String text) {
            if (text.equals("none") || text.equals("public") || text.indexOf('"') >= 0) {
                throw new IllegalArgumentException("'" + text
                        + "' is not the name of a role: no quotes, and neither none nor public, for instance app_user");
            }
            return text;
        }
    };

    static final ValueType<String> COLUMN =
            new ValueType<>("list of column names, spelled as the catalog spells them") {
                @Override
                String read(String text) {
                    if (text.indexOf('.') >= 0 || text.indexOf('"') >= 0 || text.indexOf('*') >= 0) {
                        throw new IllegalArgumentException(
                                "'" + text
                                        + "' is not the name of a column: no table, no quotes, no wildcard, for instance tenant_id");
                    }
                    return text;
                }
            };

    static final ValueType<String> PACKAGE = new ValueType<>("list of package names, sub-packages included") {
        @Override
        String read(String text) {
            String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
            for (String part : split(name, '.')) {
                if (!isJavaIdentifier(part)) {
                    throw new IllegalArgumentException("'" + text
                            + "' is not a package; sub-packages are included without a *, for instance com.acme");
                }
            }
            return name;
        }
    };

    static final ValueType<String> REPORT = new ValueType<>("list of file names ending in " + ReportFormats.endings()) {
        @Override
        String read(String text) {
            if (ReportFormats.ofFile(text) != null) {
                return text;
            }
            throw new IllegalArgumentException("the ending of '" + text
                    + "' says no format; write a name ending in one of " + ReportFormats.endings()
                    + ", for instance warden.json");
        }
    };

    static final ValueType<String> FOLDER = new ValueType<>("list of folders, relative to the working directory") {
        @Override
        String read(String text) {
            return text;
        }
    };

    static final ValueType<Set<ViolationKind>> KINDS = new KindsOfViolation();

    private static final long MAX_DURATION_HOURS = 24L * 365;

    private Values() {}

    /** The constants of an enumeration, in lower case; upper case is read too. */
    static <E extends Enum<E>> ValueType<E> choice(E[] constants) {
        return choice(constants, List.of());
    }

    /** @param later values of the contract that this version does not have */
    static <E extends Enum<E>> ValueType<E> choice(E[] constants, List<String> later) {
        StringBuilder allowed = new StringBuilder();
        for (E constant : constants) {
            allowed.append(allowed.isEmpty() ? "" : ", ").append(label(constant));
        }
        return new Choice<>(allowed.toString(), constants, later);
    }

    /** A comma-separated list; blank means none. */
    static <T> ValueType<List<T>> list(ValueType<T> element) {
        return new ListOf<>(element, true);
    }

    /** A comma-separated list that must not be blank when it is given. */
    static <T> ValueType<List<T>> nonEmptyList(ValueType<T> element) {
        return new ListOf<>(element, false);
    }

    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>(4);
        int start = 0;
        int end;
        while ((end = text.indexOf(separator, start)) >= 0) {
            parts.add(text.substring(start, end));
            start = end + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }

    static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isJavaIdentifier(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(i == 0 ? Character.isJavaIdentifierStart(c) : Character.isJavaIdentifierPart(c))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String withoutParentheses(String text) {
        int open = text.indexOf('(');
        return open < 0 ? text : text.substring(0, open);
    }

    private static int placeholders(String sql) {
        int count = 0;
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (c == '\'' || c == '"') {
                int end = sql.indexOf(c, i + 1);
                i = end < 0 ? sql.length() : end;
            } else if (sql.startsWith("--", i)) {
                int end = sql.indexOf('\n', i);
                i = end < 0 ? sql.length() : end;
            } else if (sql.startsWith("/*", i)) {
                int end = sql.indexOf("*/", i + 2);
                i = end < 0 ? sql.length() : end + 1;
            } else if (c == '?') {
                count++;
            }
        }
        return count;
    }

    private static Duration duration(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        String number = text.substring(0, digits);
        String unit = text.substring(digits).strip();
        if (number.isEmpty() || number.length() > 12) {
            throw new IllegalArgumentException(
                    "not a duration; write a whole number and ms, s, m or h, for instance 300s");
        }
        long count = Long.parseLong(number);
        Duration duration = switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "" ->
                throw new IllegalArgumentException(
                        "a duration needs a unit: ms, s, m or h, for instance " + number + "s");
            default ->
                throw new IllegalArgumentException(
                        "'" + unit + "' is not a unit of time; write ms, s, m or h, for instance " + number + "s");
        };
        if (duration.isZero() || duration.toHours() > MAX_DURATION_HOURS) {
            throw new IllegalArgumentException("must be more than 0 and at most " + MAX_DURATION_HOURS + "h");
        }
        return duration;
    }

    private static LocalDate date(String text) {
        if (text.length() == 10
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && isDigits(text.substring(0, 4))
                && isDigits(text.substring(5, 7))
                && isDigits(text.substring(8))) {
            try {
                return LocalDate.of(
                        Integer.parseInt(text.substring(0, 4)),
                        Integer.parseInt(text.substring(5, 7)),
                        Integer.parseInt(text.substring(8)));
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("there is no such day: " + e.getMessage());
            }
        }
        throw new IllegalArgumentException("not a date; write year-month-day, for instance 2026-12-31");
    }

    private static final class Choice<E extends Enum<E>> extends ValueType<E> {

        private final E[] constants;
        private final List<String> later;

        Choice(String allowed, E[] constants, List<String> later) {
            super(allowed);
            this.constants = constants;
            this.later = later;
        }

        @Override
        E read(String text) {
            for (E constant : constants) {
                if (constant.name().equalsIgnoreCase(text)) {
                    return constant;
                }
            }
            String lower = text.toLowerCase(Locale.ROOT);
            if (later.contains(lower)) {
                throw new IllegalArgumentException(
                        "'" + lower + "' is not available in this version; allowed are " + allowed());
            }
            String nearest = Nearest.of(lower, split(allowed().replace(" ", ""), ','));
            throw new IllegalArgumentException(
                    "allowed are " + allowed() + (nearest == null ? "" : "; did you mean " + nearest + "?"));
        }
    }

    private static final class ListOf<T> extends ValueType<List<T>> {

        private final ValueType<T> element;
        private final boolean acceptsBlank;

        ListOf(ValueType<T> element, boolean acceptsBlank) {
            super(element.allowed());
            this.element = element;
            this.acceptsBlank = acceptsBlank;
        }

        @Override
        boolean acceptsBlank() {
            return acceptsBlank;
        }

        @Override
        List<T> absent() {
            return List.of();
        }

        @Override
        List<T> read(String text) {
            if (text.isEmpty()) {
                return List.of();
            }
            List<T> elements = new ArrayList<>(4);
            for (String part : split(text, ',')) {
                String stripped = part.strip();
                if (stripped.isEmpty()) {
                    throw new IllegalArgumentException("the list has an empty entry; take the extra comma out");
                }
                elements.add(element.read(stripped));
            }
            return List.copyOf(elements);
        }
    }
}
