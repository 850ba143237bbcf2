package io.tenantwarden.bootstrap;

/** One call of a method that runs once for each tenant. Belongs to the thread that made the call. */
public interface TenantLoop {

    /**
     * Enters the first tenant.
     *
     * @return false when there is none, so that the method's body must not run at all
     */
    boolean begins();

    /**
     * The body has ended for one tenant: leaves it, and enters the next.
     *
     * @param thrown what the body threw, null when it returned
     * @return whether the body must run again
     */
    boolean goesOn(Throwable thrown);

    /** What {@link #goesOn} said last. */
    boolean isOn();

    /**
     * What the caller of the method gets, when {@link #goesOn} or {@link #begins} said no.
     *
     * @return null when the method returns normally
     */
    Throwable outcome();
}
