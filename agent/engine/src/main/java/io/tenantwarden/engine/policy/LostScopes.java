package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.engine.report.Site;

/** What is said of a statement that runs without the scope in which its task was handed over. */
final class LostScopes {

    private LostScopes() {}

    /** Null when nothing was lost. */
    static String detail(Submission submission) {
        if (submission == null) {
            return null;
        }
        String scope =
                submission.lost() == Scope.Kind.BYPASS ? "a bypass, which stays on its thread" : "a tenant scope";
        return switch (submission.how()) {
            case TASK -> "its task was submitted in " + scope;
            case THREAD -> "its thread was started in " + scope;
            case CALLBACK -> "its callback was registered in " + scope + " that has ended";
        };
    }

    /** Where; null when nothing was lost. */
    static Site site(Submission submission) {
        return submission == null ? null : (Site) submission.site();
    }

    static String remedy(Submission submission) {
        if (submission.lost() == Scope.Kind.BYPASS) {
            return "Let the bypass method itself run the statement, or name the method of the task as bypass";
        }
        return switch (submission.how()) {
            case TASK -> "Set the tenant inside the task, or set warden.propagate=true";
            case THREAD -> "Use an executor, whose tasks keep the scope, or set the tenant inside the thread";
            case CALLBACK -> "Set the tenant inside the callback, or clear it only after the transaction has ended";
        };
    }
}
