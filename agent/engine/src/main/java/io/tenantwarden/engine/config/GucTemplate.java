package io.tenantwarden.engine.config;

import io.tenantwarden.engine.tenant.SourceSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The value of a GUC as it was configured: constant text, the tenant, and tenant sources, in any mixture; in {@code application_name} the tenant's hash
 * and the thread. Immutable.
 *
 * @param parts in order; empty for the empty value
 * @param text the template as it was written
 */
public record GucTemplate(List<Part> parts, String text) {

    /** What a part stands for. */
    public enum Kind {
        CONSTANT,
        TENANT,
        SOURCE,
        /** The keyed hash of the tenant, as in the log. */
        TENANT_HASH,
        /** The name of the thread, as in the log. */
        THREAD
    }

    /**
     * One part of a template. Immutable.
     *
     * @param kind what it stands for
     * @param constant the text of a {@code CONSTANT}, else null
     * @param source the source of a {@code SOURCE}, else null
     */
    public record Part(Kind kind, String constant, SourceSpec source) {}

    private static final Part TENANT = new Part(Kind.TENANT, null, null);
    private static final Part TENANT_HASH = new Part(Kind.TENANT_HASH, null, null);
    private static final Part THREAD = new Part(Kind.THREAD, null, null);

    /** Whether the database learns nothing of the tenant from it: the hash is for people who read the server's log. */
    public boolean isConstant() {
        return !has(Kind.TENANT) && !has(Kind.SOURCE);
    }

    /** Whether it is the tenant of the scope and nothing else. */
    public boolean isTenant() {
        return parts.size() == 1 && parts.get(0).kind() == Kind.TENANT;
    }

    /** Whether the tenant of the scope occurs in it, or its hash. */
    public boolean usesTenant() {
        return has(Kind.TENANT) || has(Kind.TENANT_HASH);
    }

    boolean has(Kind kind) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).kind == kind) {
                return true;
            }
        }
        return false;
    }

    static GucTemplate parse(String text) {
        List<Part> parts = new ArrayList<>(2);
        int at = 0;
        while (at < text.length()) {
            int open = text.indexOf('{', at);
            int end = open < 0 ? text.length() : open;
            int stray = text.indexOf('}', at);
            if (stray >= 0 && stray < end) {
                throw new IllegalArgumentException("'" + text + "' has a } without a {");
            }
            if (end > at) {
                parts.add(new Part(Kind.CONSTANT, text.substring(at, end), null));
            }
            if (open < 0) {
                break;
            }
            int close = closing(text, open);
            parts.add(braces(text.substring(open + 1, close).strip(), text));
            at = close + 1;
        }
        return new GucTemplate(List.copyOf(parts), text);
    }

    private static int closing(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("'" + text + "' has a { without a }");
    }

    private static Part braces(String inside, String text) {
        switch (inside) {
            case "tenant":
                return TENANT;
            case "tenant-hash":
                return TENANT_HASH;
            case "thread":
                return THREAD;
            default:
                break;
        }
        try {
            return new Part(Kind.SOURCE, null, SourceSpec.parse(inside));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'{" + inside + "}' in '" + text + "' is neither {tenant} nor a tenant source: " + e.getMessage());
        }
    }
}
