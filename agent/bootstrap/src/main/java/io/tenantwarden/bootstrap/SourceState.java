package io.tenantwarden.bootstrap;

/**
 * What is known of the tenant source on one thread: when a value of it was last set, what was there before the work at hand
 * began, and the answer that is kept while a connection is borrowed. Holds no object of the application. Confined to its
 * thread.
 */
public final class SourceState {

    /** How often a value of the source was set or removed here, as far as that is seen; modulo 2^32. */
    private int settings;

    /** {@link #settings} when the last task, request or message ended. */
    private int settled;

    private Object lastSite;
    private Object before;
    private String setValue;
    private int setValueAt = -1;

    private boolean inUnit;
    private boolean blank;
    private int blankAt;
    private boolean looksForUnset;
    private String left;
    private Scope.Absence whyLeft;
    private int anewThen;
    private String leftBehind;

    private int anew;
    private String anewValue;

    private Object kept;
    private Object asked;

    SourceState() {}

    // ---- settings

    /**
     * A value of the source was set or removed.
     *
     * @param site where, as the engine describes it; null when nobody looked
     */
    public void set(Object site) {
        settings++;
        lastSite = site;
    }

    /** How often a value was set or removed here; only to be compared with an earlier answer. */
    public int settings() {
        return settings;
    }

    /** Whether a setting was ever seen here. */
    public boolean isSeen() {
        return settings != 0;
    }

    /** Where it was last set; null when not known. */
    public Object lastSite() {
        return lastSite;
    }

    /** Whether nothing was set or removed since the last task, request or message ended here. */
    public boolean isSettled() {
        return settings == settled;
    }

    void settle() {
        settled = settings;
        kept = null; // of a connection that was never closed
    }

    /** What the source answered after the last setting. */
    public void setValue(String value) {
        setValue = value;
        setValueAt = settings;
    }

    /** Whether the source is known to have answered something else after the last setting that was seen. */
    public boolean isOtherThanSet(String value) {
        return setValueAt == settings && !value.equals(setValue);
    }

    /** What the source answered before the setting at hand, for {@link #takeBefore}; never null. */
    public void before(Object answer) {
        before = answer;
    }

    /** Gives it once; null when there is no setting at hand. */
    public Object takeBefore() {
        Object answer = before;
        before = null;
        return answer;
    }

    /** A value was set for its own sake, not put back: from now on it counts, even if it was there before. */
    public void setAnew(String value) {
        anew++;
        anewValue = value;
    }

    /** How often that happened; only for {@link #isSetAnewSince} and {@link #forgetAnew}. */
    public int anew() {
        return anew;
    }

    /** The value of the last one; null when there was none. */
    public String anewValue() {
        return anewValue;
    }

    /** What was set since {@link #anew} and {@link #anewValue} gave this was put back: it does not count any more. */
    public void forgetAnew(int then, String valueThen) {
        anew = then;
        anewValue = valueThen;
    }

    /** Whether this value was the last one that was set for its own sake, since {@link #anew} answered {@code then}. */
    public boolean isSetAnewSince(int then, String value) {
        return anew != then && value.equals(anewValue);
    }

    // ---- requests and messages

    /**
     * A request or message begins.
     *
     * @return false when one is being worked on already; then {@link #leaveUnit} must not follow
     */
    public boolean enterUnit() {
        if (inUnit) {
            return false;
        }
        inUnit = true;
        return true;
    }

    /** Whether a request or message is being worked on. */
    public boolean isInUnit() {
        return inUnit;
    }

    /** It has ended. */
    public void leaveUnit() {
        inUnit = false;
        blank = false;
        looksForUnset = false;
        left = null;
        settle();
    }

    /** The source had no answer when the request or message began. */
    public void beganBlank() {
        blank = true;
        blankAt = settings;
        looksForUnset = true;
    }

    /** Whether that is so. */
    public boolean isBeganBlank() {
        return blank;
    }

    /** Whether the source had no answer when the request or message began, and nothing was seen to be set since. */
    public boolean isUnsetSinceBlank() {
        return blank && blankAt == settings;
    }

    /** As {@link #isUnsetSinceBlank}, until {@link #unsetIsKnown}. */
    public boolean looksForUnset() {
        return looksForUnset && blankAt == settings;
    }

    /** It was looked at. */
    public void unsetIsKnown() {
        looksForUnset = false;
    }

    /**
     * This value was there when the request or message began, and does not count until it is set anew.
     *
     * @param value null when everything counts
     * @param why what is said where it does not count
     */
    public void left(String value, Scope.Absence why) {
        left = value;
        whyLeft = why;
        anewThen = anew;
    }

    /** Everything counts. */
    public void nothingLeft() {
        left = null;
    }

    /** See {@link #left(String, Scope.Absence)}; null when everything counts. */
    public String left() {
        return left;
    }

    /** See {@link #left(String, Scope.Absence)}. */
    public Scope.Absence whyLeft() {
        return whyLeft;
    }

    /** Whether what was there when the request or message began has been set anew. */
    public boolean isLeftSetAnew() {
        return isSetAnewSince(anewThen, left);
    }

    /** What the source still answered when the last request or message ended; null when nothing. */
    public void leftBehind(String value) {
        leftBehind = value;
    }

    /** See {@link #leftBehind(String)}. */
    public String leftBehind() {
        return leftBehind;
    }

    // ---- answers that are kept, as the engine describes them

    /** The newest answer that is kept while a connection is borrowed; null when none. */
    public Object kept() {
        return kept;
    }

    public void kept(Object answer) {
        kept = answer;
    }

    /** What the source said when the {@code getConnection} at hand began; null when it is not to be kept. */
    public void asked(Object answer) {
        asked = answer;
    }

    /** Gives it once. */
    public Object takeAsked() {
        Object answer = asked;
        asked = null;
        return answer;
    }
}
