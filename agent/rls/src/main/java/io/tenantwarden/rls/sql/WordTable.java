package io.tenantwarden.rls.sql;

import java.util.Map;

/** A fixed map from lower-case ASCII words to small numbers, asked with a piece of text in any letter case. Immutable. */
final class WordTable {

    private final String[] words;
    private final short[] values;
    private final int mask;
    private final int longest;

    WordTable(Map<String, Integer> entries) {
        int size = Integer.highestOneBit(Math.max(4, entries.size())) * 4;
        words = new String[size];
        values = new short[size];
        mask = size - 1;
        int max = 0;
        for (Map.Entry<String, Integer> e : entries.entrySet()) {
            String word = e.getKey();
            int slot = hash(word, 0, word.length()) & mask;
            while (words[slot] != null) {
                slot = (slot + 1) & mask;
            }
            words[slot] = word;
            values[slot] = e.getValue().shortValue();
            max = Math.max(max, word.length());
        }
        longest = max;
    }

    private static int hash(String text, int start, int end) {
        int h = 0;
        for (int i = start; i < end; i++) {
            h = h * 31 + lower(text.charAt(i));
        }
        return h ^ h >>> 15;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /** The number of the word, 0 when it is not in the table. */
    int get(String text, int start, int end) {
        int length = end - start;
        if (length > longest) {
            return 0;
        }
        int slot = hash(text, start, end) & mask;
        while (true) {
            String word = words[slot];
            if (word == null) {
                return 0;
            }
            if (word.length() == length && same(word, text, start)) {
                return values[slot];
            }
            slot = (slot + 1) & mask;
        }
    }

    private static boolean same(String word, String text, int start) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) != lower(text.charAt(start + i))) {
                return false;
            }
        }
        return true;
    }
}
