package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.torture.Divergence.Sort;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Inserts, updates, deferred triggers, batches, updatable result sets. */
final class Writing extends Operations {

    private final Transactions transactions;

    Writing(Steps run, Transactions transactions) {
        super(run);
        this.transactions = transactions;
    }

    String writer(Scope scope, Op op) {
        return scope.isTenant() ? scope.tenant() : Scope.TENANTS.get(op.a() % 3);
    }

    /** Without a scope the policy forbids every new row. */
    EnumSet<Cause> mustForInsert(Scope scope) {
        EnumSet<Cause> must = must();
        if (scope.isNone() && must.isEmpty() && !model.isInherited(scope)) {
            must.add(Cause.ROW_SECURITY);
        }
        return must;
    }

    EnumSet<Cause> mayForInsert(Scope scope) {
        return scope.isNone() ? EnumSet.of(Cause.ROW_SECURITY) : none();
    }

    boolean writesAsApplication(Scope scope) {
        return model.isApplications(scope);
    }

    void update(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        if (op.a() % 2 == 0) {
            Answer<Integer> answer = statement(op, true, must(), none(), () -> {
                try (PreparedStatement update =
                        connection().prepareStatement("update accounts set amount = amount + 1 where slot = ?")) {
                    update.setInt(1, slot);
                    return update.executeUpdate();
                }
            });
            if (answer.succeeded()) {
                checkCount(scope, answer.value(), Fixture.ACCOUNTS, "update", true);
            }
        } else {
            Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
                try (Statement s = connection().createStatement();
                        ResultSet rows = s.executeQuery("update accounts set amount = amount + 1 where slot = " + slot
                                + " returning tenant_id")) {
                    return tenants(rows);
                }
            });
            if (answer.succeeded()) {
                check(scope, answer.value(), Fixture.ACCOUNTS, "update returning");
            }
        }
    }

    void insert(Op op) {
        Scope scope = scope(op);
        if (writesAsApplication(scope)) {
            return;
        }
        String tenant = writer(scope, op);
        Answer<Integer> answer = statement(op, true, mustForInsert(scope), mayForInsert(scope), () -> {
            try (PreparedStatement insert = connection()
                    .prepareStatement(
                            "insert into work (tenant_id, tag, amount) values (?, 'single', ?)",
                            Statement.RETURN_GENERATED_KEYS)) {
                insert.setString(1, tenant);
                insert.setInt(2, op.b());
                insert.executeUpdate();
                int keys = 0;
                try (ResultSet rows = insert.getGeneratedKeys()) {
                    while (rows.next()) {
                        keys += rows.getLong("id") > 0 ? 1 : 0;
                    }
                }
                return keys;
            }
        });
        if (answer.succeeded() && answer.value() != 1) {
            throw new Divergence(Sort.MISSING_ROWS, answer.value() + " generated keys, expected 1");
        }
    }

    void insertForeign(Op op) {
        Scope scope = scope(op);
        if (!scope.isTenant()) {
            return;
        }
        String foreign = Scope.TENANTS.get((Scope.TENANTS.indexOf(scope.tenant()) + 1 + op.a() % 2) % 3);
        EnumSet<Cause> must = must();
        must.add(Cause.ROW_SECURITY);
        statement(
                op,
                true,
                must,
                none(),
                () -> execute("insert into work (tenant_id, tag) values ('" + foreign + "', 'foreign')"));
    }

    void insertDeferred(Op op) {
        Scope scope = scope(op);
        if (scope.isNone()) {
            return;
        }
        String tag = "d" + Steps.tag();
        boolean block = model.inBlock();
        boolean immediate = model.immediate;
        String tenant = writer(scope, op);
        Answer<?> answer = statement(
                op,
                true,
                must(),
                none(),
                () -> execute("insert into outbox (tenant_id, tag) values ('" + tenant + "', '" + tag + "')"));
        if (!answer.succeeded() || connection() == null) {
            return;
        }
        if (block && !immediate) {
            model.deferred.add(tag);
        } else if (scope.isTenant() && !model.applicationUsed) {
            transactions.checkDeferred(List.of(tag), Set.of(scope.tenant()));
        }
    }

    void constraintsImmediate(Op op) {
        Scope scope = scope(op);
        if (!scope.isTenant() || !model.inTransaction || op.bypass()) {
            return;
        }
        List<String> pending = List.copyOf(model.deferred);
        boolean known = !model.inherited && !model.applicationUsed;
        Answer<?> answer = statement(op, false, must(), none(), () -> execute("set constraints all immediate"));
        if (answer.succeeded() && connection() != null) {
            model.deferred.clear();
            model.immediate = true;
            if (known) {
                transactions.checkDeferred(pending, Set.of(scope.tenant()));
            }
        }
    }

    void batchInsert(Op op, int size) {
        Scope scope = scope(op);
        if (writesAsApplication(scope)) {
            return;
        }
        String tag = "b" + Steps.tag();
        String tenant = writer(scope, op);
        boolean keys = op.b() % 3 == 0 && size < 100;
        Answer<Integer> answer = statement(op, true, mustForInsert(scope), mayForInsert(scope), () -> {
            String sql = "insert into work (tenant_id, tag, amount) values (?, ?, ?)";
            try (PreparedStatement insert = keys
                    ? connection().prepareStatement(sql, new String[] {"id"})
                    : connection().prepareStatement(sql)) {
                for (int i = 0; i < size; i++) {
                    insert.setString(1, tenant);
                    insert.setString(2, tag);
                    insert.setInt(3, i);
                    insert.addBatch();
                }
                int[] counts = insert.executeBatch();
                if (!keys) {
                    return counts.length;
                }
                int found = 0;
                try (ResultSet rows = insert.getGeneratedKeys()) {
                    while (rows.next()) {
                        found++;
                    }
                }
                return found;
            }
        });
        if (!answer.succeeded() || connection() == null) {
            return;
        }
        if (answer.value() != size) {
            throw new Divergence(
                    Sort.MISSING_ROWS, "a batch of " + size + " gave " + answer.value() + " counts or keys");
        }
        Answer<Map<String, Integer>> deleted = statement(op, true, must(), none(), () -> {
            try (Statement s = connection().createStatement();
                    ResultSet rows = s.executeQuery("delete from work where tag = '" + tag + "' returning tenant_id")) {
                return tenants(rows);
            }
        });
        if (deleted.succeeded()) {
            check(Scope.tenant(tenant), deleted.value(), size, "the rows of a batch, deleted as " + scope + ",");
        }
    }

    void batchUpdate(Op op, int size) {
        Scope scope = scope(op);
        model.wrote = true;
        Answer<int[]> answer = statement(op, true, must(), none(), () -> {
            try (PreparedStatement update = connection()
                    .prepareStatement("update accounts set amount = amount + ? where slot = ? and ordinal = 1")) {
                for (int i = 0; i < size; i++) {
                    update.setInt(1, i % 2 == 0 ? 1 : -1);
                    update.setInt(2, slot);
                    update.addBatch();
                }
                return update.executeBatch();
            }
        });
        if (answer.succeeded()) {
            for (int i = 0; i < size; i++) {
                checkCount(scope, answer.value()[i], 1, "statement " + i + " of a batch of " + size, true);
            }
        }
    }

    void batchPlain(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        Answer<int[]> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection().createStatement()) {
                s.addBatch("update accounts set amount = amount + 1 where slot = " + slot);
                s.addBatch("delete from work where tag = 'single' and amount = -1");
                s.addBatch("update accounts set amount = amount - 1 where slot = " + slot);
                return s.executeBatch();
            }
        });
        if (answer.succeeded()) {
            checkCount(scope, answer.value()[0], Fixture.ACCOUNTS, "the first statement of a batch", true);
            checkCount(scope, answer.value()[2], Fixture.ACCOUNTS, "the last statement of a batch", true);
        }
    }

    void updatable(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        int type = op.a() % 2 == 0 ? ResultSet.TYPE_SCROLL_INSENSITIVE : ResultSet.TYPE_FORWARD_ONLY;
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection().createStatement(type, ResultSet.CONCUR_UPDATABLE);
                    ResultSet rows = s.executeQuery(
                            "select tenant_id, id, amount from accounts where slot = " + slot + " order by id")) {
                Map<String, Integer> seen = new TreeMap<>();
                while (rows.next()) {
                    seen.merge(rows.getString(1), 1, Integer::sum);
                    if (rows.getInt(3) % 4 == 0) {
                        rows.updateInt(3, rows.getInt(3) + 1);
                        rows.updateRow();
                    }
                }
                return seen;
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.ACCOUNTS, "an updatable result set");
        }
    }
}
