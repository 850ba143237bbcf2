package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.SourceState;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.report.Site;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.report.ViolationEvent;
import io.tenantwarden.engine.report.ViolationKind;
import io.tenantwarden.engine.tenant.FreshThread;
import io.tenantwarden.engine.tenant.SourceSpec;
import io.tenantwarden.engine.tenant.TenantReader;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A tenant that the application left on a server's thread: a source that answers already when the first filter of a request
 * begins, or the listener of a message. That is {@code stale-source}; in {@code enforce} such a value does not count until it
 * is set anew. Thread-safe.
 *
 * <p>To compare values would not do, since the next request may be of the same tenant. So the settings are watched
 * ({@link SettingPlaces}). Where they cannot be seen, because the application sets a public ThreadLocal itself, the value is
 * told and counts.
 */
public final class LeftValues {

    /** Setting at hand of which nobody asked what the source said before. */
    private static final Object UNASKED = new Object();

    /** The source said nothing before the setting at hand. */
    private static final Object BLANK = new Object();

    /** What begins on a server's thread. */
    enum Unit {
        REQUEST("request", Scope.Absence.BEFORE_REQUEST),
        MESSAGE("message", Scope.Absence.BEFORE_TASK);

        private final String what;
        private final Scope.Absence why;

        Unit(String what, Scope.Absence why) {
            this.what = what;
            this.why = why;
        }
    }

    private final TenantReader all;
    private final TenantReader threads;
    private final FreshThread fresh;
    private final SettingPlaces places;
    private final ModeSwitch mode;
    private final SiteFinder sites;
    private final Consumer<ViolationEvent> violations;

    /** A value was set where no setting is seen, so that one which is set anew cannot be told from one that was left. */
    private volatile boolean unseen;

    /**
     * @param all the configured sources
     * @param threads those among them whose value can stay on a thread, in their order
     * @param fresh what the sources say to everybody: that is left behind by nobody
     * @param mode in {@code enforce} a value that was left does not count
     * @param violations gets what was left
     */
    public LeftValues(
            TenantReader all,
            TenantReader threads,
            FreshThread fresh,
            SettingPlaces places,
            ModeSwitch mode,
            SiteFinder sites,
            Consumer<ViolationEvent> violations) {
        this.all = all;
        this.threads = threads;
        this.fresh = fresh;
        this.places = places;
        this.mode = mode;
        this.sites = sites;
        this.violations = violations;
    }

    // ---- a request or a message begins and ends

    /**
     * A request or a message has begun on this thread ({@link SourceState#enterUnit}).
     *
     * @param unit which of the two it is
     * @param continued whether it only goes on with what this thread has worked on before, as the dispatch to an error page
     */
    void begun(ThreadState thread, Unit unit, BooleanSupplier continued) {
        if (threads.isEmpty() || thread.top() != null || all.runsSql() || threads.runsSql()) {
            return;
        }
        SourceState source = thread.source();
        String value = threads.readQuietly();
        if (value == null) {
            source.beganBlank();
            return;
        }
        if (source.isSeen() && source.isOtherThanSet(value)) {
            unseen = true;
        }
        boolean seen = source.isSeen() && !unseen;
        boolean wasLeft = seen ? source.isSettled() : value.equals(source.leftBehind());
        if (!wasLeft || fresh.says(value) || continued.getAsBoolean() || isCalled()) {
            return; // set by the server's own part of the application, by a caller, or for everybody
        }
        if (seen && mode.refuses()) {
            source.left(value, unit.why);
        }
        boolean counts = source.left() == null;
        tell(
                source,
                "answered when the " + unit.what + " began, with what was left on this thread; "
                        + (counts
                                ? "it counts"
                                        + (seen
                                                ? ", and warden.mode=enforce would not let it"
                                                : ", because nobody" + " can see where it is set")
                                : "it does not count until it is set anew"));
    }

    /** A test or a dispatcher of the application's own, whose tenant it is. */
    private boolean isCalled() {
        return sites.isCalledByApplication(SharedTasks::isServer);
    }

    /** It is about to end ({@link SourceState#leaveUnit}). */
    void ending(ThreadState thread) {
        SourceState source = thread.source();
        boolean mayBeLeft = source.isBeganBlank() || source.leftBehind() != null;
        boolean isSeenHere = source.isSeen() && !unseen && !source.isUnsetSinceBlank();
        if (!mayBeLeft || isSeenHere) {
            source.leftBehind(null);
            return;
        }
        String value = threads.runsSql() ? null : threads.readQuietly();
        if (value != null && source.isUnsetSinceBlank()) {
            unseen = true;
        }
        source.leftBehind(value);
    }

    // ---- statements

    /**
     * Whether what the sources say on this thread, on which nothing was pushed, counts.
     *
     * @param now not null
     */
    boolean counts(ThreadState thread, String now) {
        SourceState source = thread.source();
        if (source.looksForUnset()) {
            source.unsetIsKnown();
            learn(null);
        }
        return source.left() == null || !isLeft(source, now);
    }

    /** The sources say nothing: what was left there is gone. */
    void blank(ThreadState thread) {
        if (thread.source().left() != null && !thread.isReading()) {
            thread.source().nothingLeft();
        }
    }

    /** Nothing was seen to be set: a value that is another one now was set where nobody sees it. */
    private void learn(String before) {
        if (!unseen) {
            String value = threads.readQuietly();
            unseen = value != null && !value.equals(before);
        }
    }

    private boolean isLeft(SourceState source, String now) {
        if (!now.equals(source.left())) {
            if (source.isSettled()) {
                learn(source.left());
            }
            return false; // it may be put back
        }
        if (source.isLeftSetAnew() || unseen) {
            return false;
        }
        SourceSpec answering = all.answering();
        return answering == null || answering.isOfThread();
    }

    /** A task runs as nobody, because what the source says was there before it began. */
    void tellDiscarded(ThreadState thread, ThreadState.Pushed pushed, String now) {
        if (pushed.takeLeft()) {
            tell(
                    thread.source(),
                    "answered when the task began, with what was left on this thread; it does not count until it is set"
                            + " anew");
        }
    }

    private void tell(SourceState source, String detail) {
        Site site = (Site) source.lastSite();
        if (site == null) {
            places.watch();
        }
        SourceSpec answering = threads.answering();
        String name = answering == null ? "the tenant source" : answering.text();
        violations.accept(ViolationEvent.of(ViolationKind.STALE_SOURCE, site == null ? unknown(answering) : site)
                .detail(name + " " + detail)
                .next("clear the tenant in a finally block where it is set")
                .build());
    }

    private static Site unknown(SourceSpec spec) {
        return spec == null || spec.member() == null
                ? new Site("unknown", "unknown", null, -1)
                : new Site(spec.target(), spec.member(), null, -1);
    }

    // ---- settings

    /**
     * A value is about to be set.
     *
     * @param key null for all that there are
     */
    public void setting(int number, Object key) {
        ThreadState thread = ThreadState.current();
        if (thread.isReading() || thread.isInternal()) {
            return;
        }
        if (!places.isRead(key)) {
            thread.source().before(null);
            return;
        }
        boolean asks = !places.get(number).matters() || isMarked(thread);
        if (!asks || all.runsSql() || threads.runsSql()) {
            thread.source().before(UNASKED);
            return;
        }
        String before = threads.readQuietly();
        thread.source().before(before == null ? BLANK : before);
    }

    /** It was set. */
    public void set(int number) {
        ThreadState thread = ThreadState.current();
        Object before = thread.isReading() ? null : thread.source().takeBefore();
        if (before == null) {
            return;
        }
        SettingPlaces.Place place = places.get(number);
        if (before == UNASKED) {
            boolean runsSql = all.runsSql() || threads.runsSql();
            if (place.matters() || runsSql && place.mayMatter()) {
                thread.source().set(places.site(place)); // an answer that is kept is out of date
                if (place.isCheap() && !runsSql) {
                    thread.source().setValue(threads.readQuietly());
                }
            }
            return;
        }
        String after = threads.readQuietly();
        boolean changed = after == null ? before != BLANK : !after.equals(before);
        if (changed && !place.matters()) {
            place.itMatters();
        }
        if (place.matters()) {
            thread.source().set(places.site(place));
            thread.source().setValue(after);
            judge(thread, before, after);
        }
    }

    /** What {@link #helperLeft} needs. */
    private record Helper(int anew, String anewValue) {}

    /**
     * The application's own method that runs other code as a tenant is entered: what it sets it puts back.
     *
     * @return null when nothing on this thread depends on it
     */
    public Object helperEntered() {
        ThreadState thread = ThreadState.current();
        SourceState source = thread.source();
        return isMarked(thread) ? new Helper(source.anew(), source.anewValue()) : null;
    }

    /** It has ended. */
    public void helperLeft(Object token) {
        Helper helper = (Helper) token;
        ThreadState.current().source().forgetAnew(helper.anew(), helper.anewValue());
    }

    /** Whether there is a value on this thread that counts only when it is set anew. */
    private static boolean isMarked(ThreadState thread) {
        if (thread.source().left() != null) {
            return true;
        }
        for (ThreadState.Pushed pushed = thread.top(); pushed != null; pushed = pushed.below()) {
            if (pushed.isOfUnit() && pushed.sourceThen() != null) {
                return true;
            }
        }
        return false;
    }

    /**
     * A value that takes the place of another one of a tenant may be that which is put back after the other has had its turn:
     * who leaves a tenant behind does not enter it by that.
     */
    private static void judge(ThreadState thread, Object before, String after) {
        if (after != null) {
            if (before == BLANK || after.equals(before)) {
                thread.source().setAnew(after);
            }
            return;
        }
        thread.source().nothingLeft();
        for (ThreadState.Pushed pushed = thread.top(); pushed != null; pushed = pushed.below()) {
            if (pushed.isOfUnit()) {
                pushed.sourceBecameBlank();
            }
        }
    }
}
