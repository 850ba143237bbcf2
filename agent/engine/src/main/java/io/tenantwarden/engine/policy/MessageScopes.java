package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.tenant.MessageValues;
import io.tenantwarden.engine.tenant.TenantReader;
import io.tenantwarden.engine.tenant.TenantSourceException;
import java.util.function.Consumer;

/**
 * The scope in which a listener handles a message: the tenant that the message carries, from the listener's call to its
 * return. Thread-safe.
 */
public final class MessageScopes {

    private final MessageValues values;
    private final TenantReader reader;
    private final ScopeResolver scopes;
    private final LeftValues left;
    private final Consumer<TenantSourceException> failures;

    /** What {@link #leave} needs. */
    private record Token(Object values, boolean unit, boolean pushed, ThreadState.Pushed before) {}

    /**
     * @param values takes what sources need out of messages
     * @param reader the message sources among the tenant sources, in their order
     * @param left knows what was on the thread before the message
     * @param failures told when a message's value is invalid or cannot be read
     */
    public MessageScopes(
            MessageValues values,
            TenantReader reader,
            ScopeResolver scopes,
            LeftValues left,
            Consumer<TenantSourceException> failures) {
        this.values = values;
        this.reader = reader;
        this.scopes = scopes;
        this.left = left;
        this.failures = failures;
    }

    /**
     * A listener is called.
     *
     * @param message a message or a batch
     * @return what {@link #leave} must be given; null when nothing was entered
     */
    public Object enter(Object message) {
        ThreadState thread = ThreadState.current();
        if (thread.isInternal() || message == null) {
            return null;
        }
        Object before = values.enter(message);
        Scope scope;
        try {
            String tenant = reader.read();
            scope = tenant == null ? null : Scope.tenant(tenant);
        } catch (TenantSourceException e) {
            failures.accept(e);
            scope = Scope.none(
                    e.kind() == TenantSourceException.Kind.INVALID_TENANT
                            ? Scope.Absence.NO_TENANT_IN_MESSAGE
                            : Scope.Absence.SOURCE_FAILED);
        }
        boolean unit = !thread.isReading() && thread.source().enterUnit();
        if (scope != null) {
            return new Token(before, unit, true, thread.pushUnit(scope, scopes.sourceNow()));
        }
        if (unit) {
            left.begun(thread, LeftValues.Unit.MESSAGE, () -> false);
        }
        return new Token(before, unit, false, null);
    }

    /** The listener returned, normally or not. */
    public void leave(Object token) {
        Token entered = (Token) token;
        values.exit(entered.values());
        ThreadState thread = ThreadState.current();
        if (entered.pushed()) {
            thread.restore(entered.before());
        }
        if (entered.unit()) {
            left.ending(thread);
            thread.source().leaveUnit();
        }
    }
}
