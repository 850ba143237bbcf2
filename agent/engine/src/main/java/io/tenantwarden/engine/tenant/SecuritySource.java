package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.SpringSecurity;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code security:principal.tenantId}, {@code security:claim:tenant_id}: Spring Security's current Authentication, a path
 * from it or a claim of its token. Anonymous and unauthenticated users give no answer.
 */
final class SecuritySource implements TenantSource {

    private static final String CLAIM = "claim:";

    /** A claim may have any name; what follows it in brackets is no part of that. */
    private static final Pattern CLAIM_ELEMENTS =
            Pattern.compile("(.*[^\\]\\s])\\s*((?:\\[(?:\\d{1,9}|\"[^\"]*\"|'[^']*')\\])+)");

    static final class Kind extends SourceKind {

        Kind() {
            super(
                    "security",
                    "`security:path`, `security:claim:name`",
                    "security:principal.tenantId, security:claim:tenant_id",
                    "Spring Security's Authentication: a path from it, or a claim of its token");
        }

        @Override
        boolean isOfThread() {
            return true;
        }

        @Override
        String watchedClass(SourceSpec spec) {
            return HOLDER;
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new SecuritySource(spec, context);
        }

        /** A path from the Authentication, or {@code claim:} and the name of a claim, which may hold anything. */
        @Override
        SourceSpec parse(String argument, String text) {
            if (argument.startsWith(CLAIM)) {
                String claim = argument.substring(CLAIM.length()).strip();
                if (claim.isEmpty()) {
                    throw new IllegalArgumentException(
                            "'" + text + "' names no claim; for instance security:claim:tenant_id");
                }
                Matcher elements = CLAIM_ELEMENTS.matcher(claim);
                return elements.matches()
                        ? new SourceSpec(this, elements.group(1), null, PathSyntax.parse(elements.group(2)), text)
                        : new SourceSpec(this, claim, null, List.of(), text);
            }
            List<String> path = argument.startsWith("[") ? null : PathSyntax.parse("." + argument);
            if (path == null) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not a path of getters from the Authentication; for"
                                + " instance security:principal.tenantId, security:details.tenantId or security:claim:tenant_id."
                                + " A path may hold " + PathSyntax.ALLOWED);
            }
            return new SourceSpec(this, "", null, path, text);
        }
    }

    static final String HOLDER = "org.springframework.security.core.context.SecurityContextHolder";

    private final Copies holder;
    private final SpringSecurity security;
    private final String claim;
    private final ValuePath path;

    SecuritySource(SourceSpec spec, SourceContext context) {
        this.holder = new Copies(context.classes().watched(HOLDER), context, spec.text(), this::read);
        this.security = new SpringSecurity();
        this.claim = spec.target().isEmpty() ? null : spec.target();
        this.path = ValuePath.of(spec.path(), spec.text(), context.opener());
    }

    @Override
    public Object read() throws Throwable {
        return holder.read();
    }

    private Object read(Class<?> type) throws Throwable {
        Object authentication = security.authentication(type);
        if (authentication == null) {
            return null;
        }
        return path.get(claim == null ? authentication : security.claim(authentication, claim));
    }

    @Override
    public String shadowing() {
        return holder.shadowing();
    }

    @Override
    public boolean isLoaded() {
        return holder.isLoaded();
    }
}
