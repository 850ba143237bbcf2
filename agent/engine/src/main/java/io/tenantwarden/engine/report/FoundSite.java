package io.tenantwarden.engine.report;

import java.util.List;

/**
 * What a walk of the stack gave. Immutable.
 *
 * @param site the frame that ran the statement
 * @param stack up to twelve frames of the application, innermost first, each as {@link Site#toString()} writes it
 */
public record FoundSite(Site site, List<String> stack) {

    public FoundSite {
        stack = List.copyOf(stack);
    }
}
