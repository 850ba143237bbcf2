package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Which relations the DDL of an SQL string creates, changes and drops, as far as its text says; {@link #NONE} where there is
 * no DDL. Names are as written: whether an unqualified {@code w} is a temporary table is the session's to know. Immutable.
 *
 * <p>Where a changed relation is temporary, what is {@link #created} beside it is so as well: PostgreSQL renames a temporary
 * table to a temporary one, and lets no permanent table refer to it.
 */
public final class DdlChange {

    /** Changes nothing. */
    public static final DdlChange NONE = new DdlChange(List.of(), List.of(), List.of(), false, true, false);

    private final List<Relation> temporary;
    private final List<Relation> created;
    private final List<Relation> named;
    private final boolean cascades;
    private final boolean bounded;
    private final boolean dropsAtCommit;

    private DdlChange(
            List<Relation> temporary,
            List<Relation> created,
            List<Relation> named,
            boolean cascades,
            boolean bounded,
            boolean dropsAtCommit) {
        this.temporary = temporary;
        this.created = created;
        this.named = named;
        this.cascades = cascades;
        this.bounded = bounded;
        this.dropsAtCommit = dropsAtCommit;
    }

    /** Collects while a text is read. */
    static final class Builder {

        private final List<Relation> temporary = new ArrayList<>(1);
        private final List<Relation> created = new ArrayList<>(1);
        private final List<Relation> named = new ArrayList<>(1);
        private boolean cascades;
        private boolean bounded = true;
        private boolean dropsAtCommit;

        void temporary(Relation relation) {
            temporary.add(relation);
        }

        void created(Relation relation) {
            created.add(relation);
        }

        void named(Relation relation) {
            named.add(relation);
        }

        void cascades() {
            cascades = true;
        }

        void dropsAtCommit() {
            dropsAtCommit = true;
        }

        void unbounded() {
            bounded = false;
        }

        DdlChange build() {
            return new DdlChange(
                    List.copyOf(temporary), List.copyOf(created), List.copyOf(named), cascades, bounded, dropsAtCommit);
        }
    }

    /**
     * The tables, views and sequences that it creates for this session alone: {@code CREATE TEMP TABLE},
     * {@code CREATE VIEW pg_temp.v}, {@code SELECT ... INTO TEMP}. In the order of the text, with duplicates.
     */
    public List<Relation> temporary() {
        return temporary;
    }

    /**
     * The relations that it creates for everyone, with the new names of those that are renamed or moved to another schema.
     * A view without TEMP is here though PostgreSQL makes it temporary when its query names a temporary table. Indexes are
     * not listed.
     */
    public List<Relation> created() {
        return created;
    }

    /**
     * The relations that it names as changed or dropped, or with another one that is: of {@code ALTER}, {@code DROP},
     * {@code TRUNCATE}, {@code COMMENT ON}, those of an index, policy, trigger or rule, parents, partitions, and tables that
     * foreign keys refer to. {@code DROP INDEX} and {@code ALTER INDEX} name the index.
     */
    public List<Relation> named() {
        return named;
    }

    /** Whether it may drop or change what depends on these relations as well: CASCADE. */
    public boolean cascades() {
        return cascades;
    }

    /** Whether a temporary table goes with its transaction: ON COMMIT DROP. */
    public boolean dropsAtCommit() {
        return dropsAtCommit;
    }

    /**
     * Whether it changes nothing besides {@link #temporary()}, {@link #created()} and {@link #named()}, what
     * {@link #cascades()} apart. False for DO, functions, roles, GRANT, schemas, extensions and everything else that its
     * names do not confine.
     */
    public boolean bounded() {
        return bounded;
    }

    @Override
    public String toString() {
        return "temporary=" + temporary + " created=" + created + " named=" + named + (cascades ? " cascade" : "")
                + (bounded ? "" : " unbounded");
    }
}
