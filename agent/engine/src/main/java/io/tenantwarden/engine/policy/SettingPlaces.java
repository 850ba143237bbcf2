package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.Site;
import io.tenantwarden.engine.report.SiteFinder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The places in the application's code and its libraries where a value of a tenant source may be set: the classes that
 * sources name, and those that libraries keep the value in. Thread-safe.
 *
 * <p>Whether a place of the application's own class really sets it shows when the source's answer changes there: a class
 * that keeps the tenant may keep the user, too.
 */
public final class SettingPlaces {

    private static final int ALWAYS = 100;
    private static final int ONE_IN = 100;
    private static final int WATCHED = 1_000;

    /** What is called or assigned at a place. */
    public enum Kind {
        /** a library's method that is known to set what a source reads */
        LIBRARY,
        /** a ThreadLocal, or a field: whether the source reads it has to show */
        HOLDER,
        /** anything else whose name says that it sets something */
        OTHER
    }

    /** One place; its index in the list is what instrumented code calls. */
    static final class Place {
        private final String className;
        private final Kind kind;
        private volatile boolean matters;
        private final AtomicInteger count = new AtomicInteger();
        private volatile int watchedUntil = ALWAYS;

        Place(String className, Kind kind) {
            this.className = className;
            this.kind = kind;
            this.matters = kind == Kind.LIBRARY;
        }

        /** Whether it may set the value, where nobody can ask the source. */
        boolean mayMatter() {
            return matters || kind == Kind.HOLDER;
        }

        /** Whether it was seen to set the source's value. */
        boolean matters() {
            return matters;
        }

        /** Whether the source can be read there: a security context may be one that a session is loaded for. */
        boolean isCheap() {
            return !className.startsWith("org.springframework.security.");
        }

        void itMatters() {
            matters = true;
        }
    }

    private final List<Place> places = new CopyOnWriteArrayList<>();
    private final Set<String> keys;
    private final SiteFinder sites;

    /** @param keys of the diagnostic context that sources read */
    public SettingPlaces(Set<String> keys, SiteFinder sites) {
        this.keys = Set.copyOf(keys);
        this.sites = sites;
    }

    /**
     * A place was found in a class that is being instrumented.
     *
     * @param className with dots
     * @return its number
     */
    public int add(String className, Kind kind) {
        Place place = new Place(className, kind);
        synchronized (places) {
            places.add(place);
            return places.size() - 1;
        }
    }

    Place get(int number) {
        return places.get(number);
    }

    /** Whether a source reads this key; null stands for all of them. */
    boolean isRead(Object key) {
        return key == null || key instanceof String name && keys.contains(name);
    }

    /**
     * Where the application sets the value now: the first hundred times, then one time in a hundred, and a thousand times
     * more after {@link #watch}.
     *
     * @return null when nobody looked this time
     */
    Site site(Place place) {
        int count = place.count.getAndIncrement() & Integer.MAX_VALUE;
        if (count < place.watchedUntil || count % ONE_IN == 0) {
            return place.kind == Kind.LIBRARY ? sites.site() : sites.siteOutside(outermost(place.className));
        }
        return null;
    }

    private static String outermost(String className) {
        int nested = className.indexOf('$');
        return nested < 0 ? className : className.substring(0, nested);
    }

    /** A value was left behind, and where it was set is not known: the next ones are looked at. */
    void watch() {
        for (Place place : places) {
            place.watchedUntil = (place.count.get() & Integer.MAX_VALUE) + WATCHED;
        }
    }
}
