package io.tenantwarden.rls.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an expression of a policy demands of a row, in a form that can be compared with another one's: the branches of the OR at the top, each as the
 * set of conditions that must all be met. Immutable.
 */
final class PolicyDemands {

    private final List<Set<String>> branches;

    private PolicyDemands(List<Set<String>> branches) {
        this.branches = branches;
    }

    /** @param policy the expression that the other three are parts of */
    static PolicyDemands of(
            PolicyExpression policy, PolicyTokens tokens, PolicyTree tree, List<SettingReads.Span> spans) {
        Reader reader = new Reader(policy, tokens, tree, spans);
        List<Set<String>> all = new ArrayList<>();
        for (PolicyTree.Node branch :
                tree.root.kind() == PolicyTree.Kind.OR ? tree.root.children() : List.of(tree.root)) {
            Set<String> demands = new TreeSet<>();
            if (branch.kind() == PolicyTree.Kind.AND) {
                branch.children().forEach(c -> demands.add(reader.canonical(c)));
            } else {
                demands.add(reader.canonical(branch));
            }
            all.add(demands);
        }
        return new PolicyDemands(all);
    }

    /** Whether each of its branches demands all that some branch of the other demands. */
    boolean implies(PolicyDemands other) {
        return branches.stream().allMatch(mine -> other.branches.stream().anyMatch(mine::containsAll));
    }

    private record Reader(
            PolicyExpression policy, PolicyTokens tokens, PolicyTree tree, List<SettingReads.Span> spans) {

        /** One text for what is written in several ways: the tenant column compared with a setting. */
        String canonical(PolicyTree.Node leaf) {
            int equals = leaf.kind() == PolicyTree.Kind.LEAF ? tree.comparison(leaf) : -1;
            if (equals > 0 && tokens.operator(equals, '=')) {
                for (SettingReads.Span s : spans) {
                    boolean right = s.from() == equals + 1 && s.to() == leaf.to();
                    if (right && s.read().nullif() && policy.isBareColumn(leaf.from(), equals)) {
                        return "= " + s.read().guc();
                    }
                }
            }
            StringBuilder b = new StringBuilder();
            for (int i = leaf.from(); i < leaf.to(); i++) {
                b.append(tokens.text(i, i + 1)).append(' ');
            }
            return b.toString();
        }
    }
}
