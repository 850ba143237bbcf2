package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ApplicationName;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.config.GucTemplate;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.report.TenantHash;
import io.tenantwarden.engine.report.ThreadNames;
import io.tenantwarden.engine.session.KeptAnswer;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.ValueSources;
import java.util.function.Consumer;

/** The value of a GUC as its template says. A source in it that fails gives no value, and is told. Thread-safe. */
final class TemplateValue implements GucPlan.Value {

    private final GucTemplate template;
    private final ValueSources sources;
    private final Consumer<TenantSourceException> failures;
    private final boolean tenantOnly;
    private final boolean fixed;
    private final boolean holdsTenant;
    private final boolean isLabel;

    TemplateValue(GucAssignment assignment, ValueSources sources, Consumer<TenantSourceException> failures) {
        this.template = assignment.value();
        this.isLabel = ApplicationName.is(assignment.name());
        this.sources = sources;
        this.failures = failures;
        this.tenantOnly =
                template.parts().size() == 1 && template.parts().get(0).kind() == GucTemplate.Kind.TENANT;
        this.fixed = template.parts().stream()
                .noneMatch(part -> part.kind() == GucTemplate.Kind.SOURCE || part.kind() == GucTemplate.Kind.THREAD);
        this.holdsTenant = template.parts().stream().anyMatch(part -> part.kind() == GucTemplate.Kind.TENANT);
    }

    @Override
    public boolean isFixed() {
        return fixed;
    }

    @Override
    public boolean holdsTenant() {
        return holdsTenant;
    }

    @Override
    public String of(String tenant) {
        if (tenantOnly) {
            return tenant;
        }
        StringBuilder value = new StringBuilder();
        for (GucTemplate.Part part : template.parts()) {
            String text = switch (part.kind()) {
                case CONSTANT -> part.constant();
                case TENANT -> tenant;
                case SOURCE -> read(part);
                case TENANT_HASH -> TenantHash.of(tenant);
                case THREAD -> ThreadNames.withoutNumbers(Thread.currentThread().getName());
            };
            if (text == null) {
                return null;
            }
            value.append(text);
        }
        return isLabel ? ApplicationName.fit(value) : value.toString();
    }

    private String read(GucTemplate.Part part) {
        try {
            String source = part.source().text();
            ThreadState thread = ThreadState.current();
            KeptAnswer kept = KeptAnswer.newest(thread);
            return kept != null && kept.hasValue(source) && kept.isCurrent(thread)
                    ? kept.value(source)
                    : sources.read(source);
        } catch (TenantSourceException e) {
            failures.accept(e);
            return null;
        }
    }
}
