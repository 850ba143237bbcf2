package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.torture.Divergence.Sort;
import java.util.concurrent.Callable;

/** Scopes inside scopes. */
final class NestedScopes extends Operations {

    private final Reading reading;

    NestedScopes(Steps run, Reading reading) {
        super(run);
        this.reading = reading;
    }

    void nestedBypass(Op op) {
        if (op.bypass()) {
            return;
        }
        Op outside = new Op(Kind.SELECT_SIMPLE, op.a(), op.b(), false);
        Op inside = new Op(Kind.SELECT_SIMPLE, op.a(), op.b(), true);
        String before = model.tenant;
        String other = Scope.TENANTS.get(op.b() % 3);
        selectIfConnected(inside);
        try {
            Bypass.call((Callable<Void>) () -> {
                selectIfConnected(inside);
                if (!other.equals(before)) {
                    // a tenant that is entered inside a bypass wins
                    run.tenant(other);
                    selectIfConnected(outside);
                    selectIfConnected(inside);
                    run.tenant(before);
                }
                selectIfConnected(inside);
                return null;
            });
        } catch (Divergence e) {
            throw e;
        } catch (Exception e) {
            throw new Divergence(Sort.ERROR_OUTSIDE_THE_TABLE, e.toString(), e);
        } finally {
            run.tenant(before);
        }
        selectIfConnected(outside);
    }

    void selectIfConnected(Op op) {
        if (connection() != null) {
            reading.selectSimple(op);
        }
    }
}
