package io.tenantwarden.engine.rows;

import io.tenantwarden.rls.catalog.TenantField;
import io.tenantwarden.rls.catalog.TenantFields;

/** The columns of one result that hold tenants. Immutable. */
final class RowColumns {

    static final RowColumns NONE = new RowColumns(new int[0], new int[0], new TenantField[0], new TenantValue[0][]);

    /** As many as bits say whether they are binary. */
    private static final int MAX = Long.SIZE;

    final int[] index;
    final int[] type;
    final TenantField[] field;
    final TenantValue[][] shared;

    private RowColumns(int[] index, int[] type, TenantField[] field, TenantValue[][] shared) {
        this.index = index;
        this.type = type;
        this.field = field;
        this.shared = shared;
    }

    /** @param fields of the driver */
    static RowColumns of(Object[] fields, VisibleTenants visible) {
        TenantFields known = visible.fields();
        int count = 0;
        for (Object field : fields) {
            count += isChecked(field, known, visible) ? 1 : 0;
        }
        if (count == 0) {
            return NONE;
        }
        int size = Math.min(count, MAX);
        int[] index = new int[size];
        int[] type = new int[size];
        TenantField[] tenants = new TenantField[size];
        TenantValue[][] shared = new TenantValue[size][];
        int next = 0;
        for (int i = 0; i < fields.length && next < size; i++) {
            if (isChecked(fields[i], known, visible)) {
                index[next] = i;
                type[next] = DriverRows.type(fields[i]);
                tenants[next] = known.find(DriverRows.table(fields[i]), DriverRows.position(fields[i]));
                shared[next] = visible.of(tenants[next]);
                next++;
            }
        }
        return new RowColumns(index, type, tenants, shared);
    }

    private static boolean isChecked(Object field, TenantFields known, VisibleTenants visible) {
        int table = DriverRows.table(field);
        TenantField tenants = table == 0 ? null : known.find(table, DriverRows.position(field));
        return tenants != null && visible.isChecked(tenants);
    }

    /** One bit for each column: whether its values are binary. The driver may change that from one execution to the next. */
    long binary(Object[] fields) {
        long bits = 0;
        for (int i = 0; i < index.length; i++) {
            bits |= DriverRows.isBinary(fields[index[i]]) ? 1L << i : 0;
        }
        return bits;
    }
}
