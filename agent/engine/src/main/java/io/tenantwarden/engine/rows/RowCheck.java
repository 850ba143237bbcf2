package io.tenantwarden.engine.rows;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.catalog.TenantField;
import java.lang.ref.WeakReference;
import java.util.List;

/**
 * Looks through results for rows of other tenants than the scope's. One for each connection, used under the driver's lock; where nothing is wrong,
 * and a statement's description is the same as before, nothing is allocated.
 *
 * <p>Where rows are sampled, these are looked at: the first of each result, and every hundredth from one that moves on with each result, so that
 * in time each row of a result that comes often is looked at.
 */
public final class RowCheck {

    /** Of so many rows of a result one is looked at, when they are sampled. */
    private static final int SAMPLE = 100;

    private static final int SAMPLE_STEP = 37;

    private final boolean all;
    // weak, as in Known: an idle connection must not keep an outdated snapshot of the catalog alive
    private WeakReference<VisibleTenants> visible = new WeakReference<>(null);
    private RoleFacts ofRole;
    private TenantValue tenant;
    private int start;

    /** What is known of the columns of a statement's results; kept with the statement. Immutable. */
    public static final class Known {
        private final Object[] fields;
        private final WeakReference<VisibleTenants> visible;
        private final RowColumns columns;

        private Known(Object[] fields, WeakReference<VisibleTenants> visible, RowColumns columns) {
            this.fields = fields;
            this.visible = visible;
            this.columns = columns;
        }
    }

    /** @param all whether every row is looked at */
    public RowCheck(boolean all) {
        this.all = all;
    }

    /**
     * Whose rows policies show besides, as it was told last.
     *
     * @param role null when it is not known
     * @return null when it does not say what holds any more, or was never told
     */
    public VisibleTenants visible(Catalog catalog, RoleFacts role) {
        VisibleTenants known = visible.get();
        return known != null && known.isOf(catalog) && ofRole == role ? known : null;
    }

    /** Whose rows policies show besides, from now on. */
    public void visible(VisibleTenants now, RoleFacts role) {
        visible = new WeakReference<>(now);
        ofRole = role;
    }

    /**
     * The columns of a result that hold tenants.
     *
     * @param before what it was the last time for the same statement; may be null
     * @param fields the driver's description of the result
     * @param now whose rows policies show besides
     */
    public Known columns(Known before, Object[] fields, VisibleTenants now) {
        if (before != null && before.fields == fields && before.visible.refersTo(now)) {
            return before;
        }
        WeakReference<VisibleTenants> kept = visible.refersTo(now) ? visible : new WeakReference<>(now);
        return new Known(fields, kept, RowColumns.of(fields, now));
    }

    /**
     * The first column that holds another tenant in one of the rows that are looked at.
     *
     * @param rows the driver's
     * @param ofTenant the scope's
     * @return null when there is none
     */
    public TenantField foreign(Known known, List<?> rows, String ofTenant) {
        RowColumns columns = known.columns;
        if (columns.index.length == 0 || rows.isEmpty()) {
            return null;
        }
        TenantValue own = tenant;
        if (own == null || !own.tenant().equals(ofTenant)) {
            own = new TenantValue(ofTenant);
            tenant = own;
        }
        long binary = columns.binary(known.fields);
        if (all) {
            for (int i = 0; i < rows.size(); i++) {
                TenantField found = foreign(columns, rows.get(i), binary, own);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
        TenantField found = foreign(columns, rows.get(0), binary, own);
        start = (start + SAMPLE_STEP) % SAMPLE; // has no divisor in common with it: every row has its turn
        for (int i = start; i < rows.size() && found == null; i += SAMPLE) {
            found = foreign(columns, rows.get(i), binary, own);
        }
        return found;
    }

    private static TenantField foreign(RowColumns columns, Object row, long binary, TenantValue own) {
        for (int c = 0; c < columns.index.length; c++) {
            byte[] data = DriverRows.value(row, columns.index[c]);
            int type = columns.type[c];
            boolean isBinary = (binary >>> c & 1) != 0;
            if (data != null
                    && own.isComparableWith(type)
                    && own.isOther(data, type, isBinary)
                    && !isShared(columns.shared[c], data, type, isBinary)) {
                return columns.field[c];
            }
        }
        return null;
    }

    private static boolean isShared(TenantValue[] shared, byte[] data, int type, boolean binary) {
        for (TenantValue other : shared) {
            if (other.isComparableWith(type) && !other.isOther(data, type, binary)) {
                return true;
            }
        }
        return false;
    }
}
