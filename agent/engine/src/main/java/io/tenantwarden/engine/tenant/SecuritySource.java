package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.SpringSecurity;

/**
 * {@code security:principal.tenantId}, {@code security:claim:tenant_id}: Spring Security's current Authentication, a path
 * from it or a claim of its token. Anonymous and unauthenticated users give no answer.
 */
final class SecuritySource implements TenantSource {

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
