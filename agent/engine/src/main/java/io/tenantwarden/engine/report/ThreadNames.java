package io.tenantwarden.engine.report;

/** How threads are named wherever Warden writes. */
public final class ThreadNames {

    private ThreadNames() {}

    /** Thread names are numbered by their pools: {@code scheduling-17} becomes {@code scheduling-#}. */
    public static String withoutNumbers(String name) {
        StringBuilder text = new StringBuilder(name.length());
        boolean inNumber = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean digit = Character.isDigit(c);
            if (!digit) {
                text.append(c);
            } else if (!inNumber) {
                text.append('#');
            }
            inNumber = digit;
        }
        return text.toString();
    }
}
