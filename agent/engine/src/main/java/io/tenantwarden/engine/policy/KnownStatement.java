package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.StatementStats;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.NamedFunctions;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What is known of one driver query: its SQL, and which protected tables it touches according to the catalog that was
 * looked at last. Kept on the driver's query object; guarded by the driver's lock on the connection.
 */
public final class KnownStatement {

    private static final Pattern SETTINGS =
            Pattern.compile("current_setting|pg_settings|pg_show_all_settings", Pattern.CASE_INSENSITIVE);

    private static final WeakReference<Catalog> NO_CATALOG = new WeakReference<>(null);
    private static final WeakReference<AssumedRole> NO_ROLE = new WeakReference<>(null);

    private final SqlStatement sql;
    private final boolean part;
    // Weak: an idle prepared statement must not keep an outdated snapshot alive.
    private WeakReference<Catalog> resolvedBy = NO_CATALOG;
    private List<String> resolvedOnPath;
    private Resolution resolution;
    private boolean lookUp;
    private Boolean showsSettings;
    private Resolution answer;
    private WeakReference<Catalog> answeredBeside = NO_CATALOG;
    private int answeredIn;
    private int answeredAt;
    private WeakReference<Catalog> behindBy = NO_CATALOG;
    private List<String> behindOnPath;
    private NamedFunctions behindBeside;
    private Resolution behind;
    private Resolution named;
    private Resolution together;
    private NamedFunctions functions;
    private WeakReference<Catalog> functionsBeside = NO_CATALOG;
    private int functionsIn;
    private int functionsAt;
    private StatementStats stats;
    private Resolution statsOf;
    private StatementStats exitStats;
    private Resolution exitStatsOf;
    private KnownStatement otherwise;
    private List<KnownStatement> parts;
    private LastRun lastRun;
    private WeakReference<AssumedRole> roleFunctionBy = NO_ROLE;
    private String roleFunction;

    KnownStatement(SqlStatement sql) {
        this(sql, null, false);
    }

    private KnownStatement(SqlStatement sql, LastRun ofWhole, boolean part) {
        this.sql = sql;
        this.lastRun = ofWhole;
        this.part = part;
    }

    /** How it ran the last time; a part of a text ran as the text did. */
    LastRun lastRun() {
        if (lastRun == null) {
            lastRun = new LastRun();
        }
        return lastRun;
    }

    /** Whether it is one of several statements of a text. */
    boolean isPart() {
        return part;
    }

    /** The statements of a text that holds several, in order; of one that holds one, this. */
    List<KnownStatement> parts() {
        if (parts == null) {
            parts = sql.multi()
                    ? sql.parts().stream()
                            .map(text -> new KnownStatement(SqlStatement.parse(text, sql.escapes()), lastRun(), true))
                            .toList()
                    : List.of(this);
        }
        return parts;
    }

    public SqlStatement sql() {
        return sql;
    }

    /** The same text as the server reads it when backslashes escape in every string constant, or when they do not. */
    KnownStatement read(boolean escapes) {
        if (sql.escapes() == escapes) {
            return this;
        }
        if (otherwise == null) {
            otherwise = new KnownStatement(SqlStatement.parse(sql.sql(), escapes));
            otherwise.otherwise = this;
        }
        return otherwise;
    }

    /** The tables it touches by this catalog; worked out again only when the catalog or the path is another. */
    Resolution resolve(Catalog catalog, List<String> searchPath) {
        if (resolution == null || resolvedBy.get() != catalog || resolvedOnPath != searchPath) {
            resolution = catalog.resolve(sql, searchPath);
            resolvedBy = new WeakReference<>(catalog);
            resolvedOnPath = searchPath;
            lookUp = resolution == Resolution.NOTHING
                    && isPlainQuery()
                    && (sql.relations().isEmpty() || catalog.namesSystemOnly(sql, searchPath));
        }
        return resolution;
    }

    private boolean isPlainQuery() {
        return (sql.keyword() == Keyword.SELECT || sql.keyword() == Keyword.WITH && sql.verb() == Keyword.SELECT)
                && sql.parsed()
                && !sql.multi()
                && !sql.callsFunctions()
                && sql.settings().isEmpty();
    }

    /** Whether it looks something up in the system's own catalogs, or in none, and does nothing else; according to {@link #resolve}. */
    boolean isLookUp() {
        return lookUp;
    }

    /** Whether it may show the value of a setting, so that the application expects the one of its scope. */
    boolean showsSettings() {
        if (showsSettings == null) {
            showsSettings = SETTINGS.matcher(sql.sql()).find();
        }
        return showsSettings;
    }

    /** As {@link AssumedRole#roleFunctionIn}; worked out again only when that is another. */
    String roleFunction(AssumedRole assumed) {
        if (roleFunctionBy.get() != assumed) {
            roleFunction = assumed.roleFunctionIn(sql);
            roleFunctionBy = new WeakReference<>(assumed);
        }
        return roleFunction;
    }

    /** What the server said of its names, where nothing has happened since that could change it; else null. */
    Resolution answer(Catalog beside, int generation, int epoch) {
        return answeredIn == generation && answeredAt == epoch && answeredBeside.get() == beside ? answer : null;
    }

    /**
     * The server has said what its names mean.
     *
     * @param beside the snapshot that did not know
     * @param generation of the database
     * @param epoch of the session's names
     */
    void answer(Resolution said, Catalog beside, int generation, int epoch) {
        answer = said;
        answeredBeside = new WeakReference<>(beside);
        answeredIn = generation;
        answeredAt = epoch;
    }

    /**
     * What lies behind its functions and triggers by this catalog; worked out again only when the catalog, the path or what
     * was asked besides is another.
     *
     * @param newer functions that the server was asked for; null when it was not
     * @param strict whether what lies behind functions that bypass policies counts as touched
     */
    Resolution behind(Catalog catalog, List<String> searchPath, NamedFunctions newer, boolean strict) {
        if (behind == null || behindBy.get() != catalog || behindOnPath != searchPath || behindBeside != newer) {
            Resolution its = catalog.behind(sql, searchPath, newer);
            behind = strict && !its.exits().isEmpty() ? its.withExits(catalog) : its;
            behindBy = new WeakReference<>(catalog);
            behindOnPath = searchPath;
            behindBeside = newer;
            together = null;
        }
        return behind;
    }

    /** What it names and what lies behind its functions, as one; the same object for the same two. */
    Resolution together(Resolution names, Resolution itsFunctions) {
        if (together == null || named != names) {
            together = names.with(itsFunctions);
            named = names;
        }
        return together;
    }

    /** The functions that the server was asked for, where nothing has happened since that could change them; else null. */
    NamedFunctions functions(Catalog beside, int generation, int epoch) {
        return functionsIn == generation && functionsAt == epoch && functionsBeside.get() == beside ? functions : null;
    }

    /** The server has said which functions have the names that it calls; as {@link #answer(Resolution, Catalog, int, int)}. */
    void functions(NamedFunctions said, Catalog beside, int generation, int epoch) {
        functions = said;
        functionsBeside = new WeakReference<>(beside);
        functionsIn = generation;
        functionsAt = epoch;
    }

    /** The counters of its calls of functions that bypass policies; null until they are given for these. */
    StatementStats exitStats(Resolution exits) {
        return exitStatsOf == exits ? exitStats : null;
    }

    void exitStats(StatementStats counters, Resolution exits) {
        exitStats = counters;
        exitStatsOf = exits;
    }

    /** The counters of this statement; null until {@link #stats(StatementStats, Resolution)} for these tables. */
    StatementStats stats(Resolution tables) {
        return statsOf == tables ? stats : null;
    }

    void stats(StatementStats counters, Resolution tables) {
        stats = counters;
        statsOf = tables;
    }
}
