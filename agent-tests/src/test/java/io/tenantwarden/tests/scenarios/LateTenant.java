package io.tenantwarden.tests.scenarios;

/** A tenant context that the application loads late. */
final class LateTenant {

    static String current = "a";

    private LateTenant() {}

    static String current() {
        return current;
    }
}
