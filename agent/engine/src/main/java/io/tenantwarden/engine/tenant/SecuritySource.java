package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.SpringSecurity;
import java.util.function.Supplier;

/**
 * {@code security:principal.tenantId}, {@code security:claim:tenant_id}: Spring Security's current Authentication, a path
 * from it or a claim of its token. Anonymous and unauthenticated users give no answer.
 */
final class SecuritySource implements TenantSource {

    static final String HOLDER = "org.springframework.security.core.context.SecurityContextHolder";

    private final LoadedClasses.Watched holder;
    private final Supplier<ClassLoader> siteLoader;
    private final SpringSecurity security;
    private final String claim;
    private final ValuePath path;

    SecuritySource(SourceSpec spec, SourceContext context) {
        this.holder = context.classes().watched(HOLDER);
        this.siteLoader = context.siteLoader();
        this.security = new SpringSecurity();
        this.claim = spec.target().isEmpty() ? null : spec.target();
        this.path = ValuePath.of(spec.path(), spec.text(), context.opener());
    }

    @Override
    public Object read() throws Throwable {
        Class<?> type = holder.find(siteLoader);
        Object authentication = type == null ? null : security.authentication(type);
        if (authentication == null) {
            return null;
        }
        return path.get(claim == null ? authentication : security.claim(authentication, claim));
    }

    @Override
    public boolean isLoaded() {
        return holder.isLoaded();
    }
}
