package io.tenantwarden.tests.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One operation of a program.
 *
 * @param a first argument, not negative; what it means depends on the kind
 * @param b second argument, not negative
 * @param bypass whether it is done inside the bypass method
 */
record Op(Kind kind, int a, int b, boolean bypass) {

    private static final Pattern TEXT = Pattern.compile("([A-Z_]+)\\((\\d+),(\\d+)\\)(!?)");

    @Override
    public String toString() {
        return kind + "(" + a + "," + b + ")" + (bypass ? "!" : "");
    }

    static String text(List<Op> operations) {
        return operations.stream().map(Op::toString).collect(Collectors.joining(" "));
    }

    /** Reads what {@link #text} wrote. */
    static List<Op> parse(String text) {
        List<Op> operations = new ArrayList<>();
        for (String word : text.trim().split("\\s+")) {
            Matcher matcher = TEXT.matcher(word);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("not an operation: " + word + ", expected NAME(1,2) or NAME(1,2)!");
            }
            operations.add(new Op(
                    Kind.valueOf(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)),
                    !matcher.group(4).isEmpty()));
        }
        return operations;
    }
}
