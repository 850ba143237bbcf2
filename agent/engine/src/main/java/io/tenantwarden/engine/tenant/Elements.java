package io.tenantwarden.engine.tenant;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;

/**
 * One element of a list, set or array, or one entry of a map. What is not there is null: a user without tenants has no
 * tenant. Stateless.
 */
final class Elements {

    /** From JDK 21 on: a collection whose elements have an order; null before. */
    private static final Class<?> SEQUENCED = sequenced();

    private Elements() {}

    private static Class<?> sequenced() {
        try {
            return Class.forName("java.util.SequencedCollection");
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /** Whether {@link #of} knows what an element of this object is. */
    static boolean has(Object value) {
        return value instanceof Map
                || value instanceof Iterable
                || value.getClass().isArray();
    }

    /**
     * The element.
     *
     * @param key an Integer or a String
     * @param text the path as it is written, for messages
     * @throws TenantSourceException when there are several and nothing says which is meant
     */
    static Object of(Object value, Object key, String text) throws TenantSourceException {
        if (value instanceof Map<?, ?> map) {
            return entry(map, key);
        }
        if (!(key instanceof Integer index)) {
            throw TenantSourceException.failed(
                    text,
                    "asks a " + value.getClass().getTypeName()
                            + " for a key; write the index of an element, as in [0]");
        }
        if (value.getClass().isArray()) {
            return index < Array.getLength(value) ? Array.get(value, index) : null;
        }
        if (value instanceof List<?> list) {
            return index < list.size() ? list.get(index) : null;
        }
        if (value instanceof Collection<?> collection && collection.size() > 1 && !isOrdered(collection)) {
            throw TenantSourceException.failed(
                    text,
                    "gives a " + value.getClass().getTypeName()
                            + " with several elements, which have no order, so that nobody can say which is the tenant;"
                            + " name a getter of the one that is meant");
        }
        Iterator<?> iterator = ((Iterable<?>) value).iterator();
        for (int i = 0; i < index && iterator.hasNext(); i++) {
            iterator.next();
        }
        return iterator.hasNext() ? iterator.next() : null;
    }

    private static boolean isOrdered(Collection<?> collection) {
        return collection instanceof SortedSet
                || collection instanceof LinkedHashSet
                || collection instanceof Queue
                || (SEQUENCED != null && SEQUENCED.isInstance(collection));
    }

    private static Object entry(Map<?, ?> map, Object key) {
        Object value;
        try {
            value = map.get(key);
        } catch (ClassCastException | NullPointerException e) {
            value = null; // a sorted map of keys of another type
        }
        return value != null || map.isEmpty() ? value : entryOfOtherKeys(map, key);
    }

    /** Keys that are no strings, such as enumerations or numbers of another type, are compared by their text. */
    private static Object entryOfOtherKeys(Map<?, ?> map, Object key) {
        String wanted = key.toString();
        Set<? extends Map.Entry<?, ?>> entries = map.entrySet();
        for (Map.Entry<?, ?> entry : entries) {
            if (entry.getKey() instanceof String && key instanceof String) {
                return null;
            }
            Object other = entry.getKey();
            String name = other instanceof Enum<?> constant ? constant.name() : String.valueOf(other);
            if (wanted.equals(name)) {
                return entry.getValue();
            }
        }
        return null;
    }
}
