package io.tenantwarden.engine.report;

import java.util.List;
import java.util.Set;

/**
 * What a walk of the stack gave. Immutable.
 *
 * @param site the frame that ran the statement
 * @param frames up to twelve frames, innermost first: the application's, and only where there are none those of frameworks
 * @param passage those of them through which others' statements pass, as their form shows ({@link Passages})
 * @param ofApplication whether the frames are the application's
 */
public record FoundSite(Site site, List<Site> frames, Set<Site> passage, boolean ofApplication) {

    public FoundSite {
        frames = List.copyOf(frames);
        passage = Set.copyOf(passage);
    }

    /** The frames as {@link Site#toString()} writes them. */
    public List<String> stack() {
        return frames.stream().map(Site::toString).toList();
    }
}
