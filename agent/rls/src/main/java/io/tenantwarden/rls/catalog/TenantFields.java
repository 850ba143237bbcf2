package io.tenantwarden.rls.catalog;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The columns of a database that hold tenants, by the relation's object id and the attribute number: how RowDescription names them
 * (PostgreSQL manual, section "Message Formats"). Immutable; {@link #find} allocates nothing.
 */
public final class TenantFields {

    private final long[] keys;
    private final TenantField[] fields;

    /**
     * @param byOid all relations
     * @param ofViews by the {@link #key} of a view's column, the object id of the table whose tenant column it shows
     */
    TenantFields(Map<Long, CatalogTable> byOid, Map<Long, Long> ofViews) {
        TreeMap<Long, CatalogTable[]> found = new TreeMap<>();
        for (CatalogTable t : byOid.values()) {
            if (holdsTenants(t)) {
                found.put(key(t.oid(), t.tenantColumnNumber()), new CatalogTable[] {t, t});
            }
        }
        ofViews.forEach((column, tableOid) -> {
            CatalogTable table = byOid.get(tableOid);
            CatalogTable view = byOid.get(column >>> Short.SIZE);
            if (table != null && view != null && holdsTenants(table)) {
                found.put(column, new CatalogTable[] {table, view});
            }
        });
        keys = new long[found.size()];
        fields = new TenantField[found.size()];
        int i = 0;
        for (Map.Entry<Long, CatalogTable[]> entry : found.entrySet()) {
            keys[i] = entry.getKey();
            fields[i] = new TenantField(entry.getValue()[0], entry.getValue()[1], i);
            i++;
        }
    }

    /** A protected table with a tenant column. */
    private static boolean holdsTenants(CatalogTable t) {
        return t.tenantColumnNumber() > 0 && t.kind().isTable() && t.isProtected();
    }

    static long key(long oid, int attribute) {
        return oid << Short.SIZE | attribute;
    }

    /** How many there are. */
    public int size() {
        return keys.length;
    }

    /**
     * The column of that relation and number.
     *
     * @param oid the relation's object id, as the driver has it: signed
     * @param attribute its number in the relation; 0 for what is no column
     * @return null when it holds no tenants, or is not known
     */
    public TenantField find(int oid, int attribute) {
        if (attribute <= 0) {
            return null;
        }
        int found = Arrays.binarySearch(keys, key(Integer.toUnsignedLong(oid), attribute));
        return found < 0 ? null : fields[found];
    }
}
