package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.PolicySql;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.ArrayList;
import java.util.List;

/**
 * A table that holds rows of tenants, and which of them are one tenant's. A partitioned table stands for its partitions; a
 * table that others inherit from for its own rows alone. Immutable.
 *
 * @param table what the catalog says of it
 * @param kind why it is one
 * @param column the column that holds the tenant; null for a table that is reached through foreign keys
 * @param type of that column, as a cast writes it; null as before
 * @param links for a table that is reached through foreign keys: those, one of which is enough
 * @param columns its columns, in order
 * @param select whether the role may read all of it
 * @param delete whether the role may delete from it
 * @param inherited whether other tables, which are no partitions, inherit from it
 * @param triggers those of the application that fire on DELETE or UPDATE, as {@code name (DELETE, UPDATE): function};
 *     and rules, as {@code name (rule)}
 * @param bytes what it takes on disk with indexes, of all tenants
 * @param rows how many it has, of all tenants, as far as the statistics know; -1 when they do not
 */
public record TenantTable(
        CatalogTable table,
        Kind kind,
        String column,
        String type,
        List<Link> links,
        List<TableColumn> columns,
        boolean select,
        boolean delete,
        boolean inherited,
        List<String> triggers,
        long bytes,
        long rows) {

    /** Why rows of a table are a tenant's. */
    public enum Kind {
        /** The tenants themselves: the table that tenant columns refer to. */
        ROOT("the tenant itself"),
        COLUMN("tenant column"),
        /** Its rows refer to the tenant's. */
        CHILD("refers to the tenant's rows"),
        /** The tenant's rows refer to its, and the user said that these are the tenant's. */
        INCLUDED("the tenant's rows refer to it (--include)");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }

    /**
     * A foreign key through which rows are found to be the tenant's. Immutable.
     *
     * @param reference the foreign key
     * @param other the table at its other end
     * @param up whether the other table is the one referred to
     */
    public record Link(TableReference reference, TenantTable other, boolean up) {}

    public TenantTable {
        links = List.copyOf(links);
        columns = List.copyOf(columns);
        triggers = List.copyOf(triggers);
    }

    /** {@code schema.table}, without quotes. */
    public String name() {
        return table.qualifiedName();
    }

    public long oid() {
        return table.oid();
    }

    /** {@code schema.table}, or {@code ONLY schema.table}, as it must stand after FROM. */
    public String from() {
        return (inherited ? "ONLY " : "") + table.quotedName();
    }

    /** Columns that can be written, as a list in SQL. */
    public String columnList(String alias) {
        List<String> names = new ArrayList<>();
        for (TableColumn c : columns) {
            if (!c.generated()) {
                names.add((alias.isEmpty() ? "" : alias + ".") + Identifiers.quote(c.name()));
            }
        }
        return String.join(", ", names);
    }

    /** Columns of the primary key; empty when there is none. */
    public List<String> keys() {
        return columns.stream().filter(TableColumn::key).map(TableColumn::name).toList();
    }

    /** The column of that name; null when there is none. */
    public TableColumn column(String name) {
        return columns.stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
    }

    /**
     * The condition in SQL that a row is the tenant's whose id a setting holds. Never null for a table with a tenant
     * column that is not; may be null, which is as good as false.
     *
     * @param alias of the table in the statement
     * @param setting name of the setting
     */
    public String condition(String alias, String setting) {
        return condition(alias, setting, 1);
    }

    private String condition(String alias, String setting, int depth) {
        if (column != null) {
            return alias + "." + Identifiers.quote(column) + " = " + PolicySql.value(setting, type);
        }
        List<String> ways = new ArrayList<>();
        for (Link link : links) {
            ways.add(way(link, alias, setting, depth));
        }
        return ways.size() == 1 ? ways.get(0) : "(" + String.join(" OR ", ways) + ")";
    }

    /** That the row is the tenant's by this link: there is a row of the tenant at its other end. */
    public String way(Link link, String alias, String setting) {
        return way(link, alias, setting, 1);
    }

    private static String way(Link link, String alias, String setting, int depth) {
        String other = "l" + depth;
        TableReference key = link.reference();
        List<String> mine = link.up() ? key.columns() : key.targets();
        List<String> theirs = link.up() ? key.targets() : key.columns();
        return "EXISTS (SELECT FROM " + link.other().from() + " " + other + " WHERE "
                + pairs(other, theirs, alias, mine) + " AND " + link.other().condition(other, setting, depth + 1) + ")";
    }

    /** Whether each row refers by this link: it leads up, and none of its columns may be NULL. */
    boolean mustRefer(Link link) {
        return link.up()
                && link.reference().columns().stream().allMatch(c -> column(c).notNull());
    }

    /** {@code a.x = b.y AND ...}. */
    static String pairs(String left, List<String> lefts, String right, List<String> rights) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < lefts.size(); i++) {
            pairs.add(left + "." + Identifiers.quote(lefts.get(i)) + " = " + right + "."
                    + Identifiers.quote(rights.get(i)));
        }
        return String.join(" AND ", pairs);
    }
}
