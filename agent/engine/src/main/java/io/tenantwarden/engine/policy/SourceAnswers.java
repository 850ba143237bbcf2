package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.session.Checkout;
import io.tenantwarden.engine.session.KeptAnswer;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import io.tenantwarden.engine.tenant.ValueSources;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the tenant source says: asked at each statement, but once for each borrowed connection when it runs SQL itself.
 * Thread-safe; allocates nothing where it runs none.
 */
final class SourceAnswers {

    private final TenantReader reader;
    private final ValueSources values;

    /** @param values the sources in braces in {@code warden.guc} */
    SourceAnswers(TenantReader reader, ValueSources values) {
        this.reader = reader;
        this.values = values;
    }

    /**
     * What the source says now.
     *
     * @param session the connection that it is needed for; null when there is none
     * @return null when it has no answer, and when this thread is asking it already
     */
    String read(ThreadState thread, Session session) throws TenantSourceException {
        Checkout checkout = session == null ? null : session.checkout();
        KeptAnswer kept = checkout == null ? null : checkout.kept();
        if (kept == null) {
            kept = KeptAnswer.newest(thread);
        }
        if (kept != null && kept.hasTenant() && !thread.isReading() && kept.isCurrent(thread)) {
            return kept.tenant();
        }
        String tenant;
        try {
            tenant = reader.read(thread);
        } catch (TenantSourceException e) {
            keepIfItRanSql(thread, checkout, e);
            throw e;
        }
        keepIfItRanSql(thread, checkout, tenant);
        return tenant;
    }

    /** @param answer a tenant, null, or a TenantSourceException */
    private static void keepIfItRanSql(ThreadState thread, Checkout checkout, Object answer) {
        if (!ranSql(thread)) {
            return;
        }
        KeptAnswer before = KeptAnswer.newest(thread);
        Checkout held = checkout != null && checkout.isBorrowedFromPool()
                ? checkout
                : before == null ? null : before.checkout();
        if (held != null) {
            Map<String, Object> others = before == null ? Map.of() : before.values();
            new KeptAnswer(answer, others, thread).attach(held, thread);
        }
    }

    /** Whether the source that was asked last did; not when this is its own SQL. */
    private static boolean ranSql(ThreadState thread) {
        return thread.sourceCameBack() && !thread.isReading();
    }

    /**
     * What the source says at the beginning of {@code getConnection}, whatever is kept. What is to be kept of it, and of the
     * sources in braces, goes to {@link io.tenantwarden.bootstrap.SourceState#asked}.
     */
    String readForCheckout(ThreadState thread) throws TenantSourceException {
        Object answer;
        try {
            answer = reader.read(thread);
        } catch (TenantSourceException e) {
            answer = e;
        }
        Object kept = ranSql(thread) ? answer : KeptAnswer.NOT_KEPT;
        Map<String, Object> others = readOthers(thread);
        boolean keeps = kept != KeptAnswer.NOT_KEPT || !others.isEmpty();
        thread.source().asked(keeps ? new KeptAnswer(kept, others, thread) : null);
        if (answer instanceof TenantSourceException failure) {
            throw failure;
        }
        return (String) answer;
    }

    private Map<String, Object> readOthers(ThreadState thread) {
        Map<String, Object> answers = Map.of();
        List<String> sources = values.thatMayRunSql();
        if (sources.isEmpty()) {
            return answers; // without an iterator: this is asked at every checkout
        }
        for (String source : sources) {
            Object answer;
            try {
                answer = values.read(source);
            } catch (TenantSourceException e) {
                answer = e;
            }
            if (ranSql(thread)) {
                answers = answers.isEmpty() ? new HashMap<>() : answers;
                answers.put(source, answer);
            }
        }
        return answers;
    }
}
