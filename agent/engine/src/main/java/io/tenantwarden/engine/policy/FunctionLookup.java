package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Database;
import io.tenantwarden.engine.session.RelationNames;
import io.tenantwarden.engine.session.ServerQuestions;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.NamedFunctions;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;
import java.util.Set;

/**
 * Which protected tables lie behind the functions that a statement calls and the triggers that it fires: by the snapshot, and
 * where that does not hold what is called, or may be out of date, by asking the server for the functions of these names.
 * Thread-safe; the session's part is guarded by its lock.
 */
final class FunctionLookup {

    private final Catalogs catalogs;
    private final ServerQuestions questions;
    private final boolean strict;

    /** @param strict whether what functions reach that bypass policies counts as touched */
    FunctionLookup(Catalogs catalogs, ServerQuestions questions, boolean strict) {
        this.catalogs = catalogs;
        this.questions = questions;
        this.strict = strict;
    }

    /** What the statement names, and what lies behind its functions. */
    Resolution with(Session session, KnownStatement known, Resolution named) throws Throwable {
        Database database = session.database();
        Catalog catalog = database.catalog();
        if (catalog == null || !known.sql().parsed()) {
            return named;
        }
        RelationNames names = session.names();
        boolean inDoubt = names.areInDoubt() || RelationNames.changesNamesWithin(known.sql());
        List<String> path = inDoubt ? null : names.path();
        NamedFunctions newer = known.functions(catalog, database.generation(), names.epoch());
        if (newer == null && isOutOfDate(session, known)) {
            newer = asked(session, known, catalog, NamedFunctions.calledBy(known.sql(), catalog));
        }
        Resolution behind = known.behind(catalog, path, newer, strict);
        if (behind == Resolution.NOTHING) {
            return named;
        }
        if (newer == null && !behind.unknownFunctions().isEmpty()) {
            newer = asked(session, known, catalog, Set.copyOf(behind.unknownFunctions()));
            behind = known.behind(catalog, path, newer, strict);
        }
        if (path == null && behind.assumed() && !inDoubt && questions.identify(session) != null) {
            behind = known.behind(catalog, names.path(), newer, strict);
        }
        return behind == Resolution.NOTHING ? named : known.together(named, behind);
    }

    /** Whether a function that it calls may have been changed since the snapshot. */
    private static boolean isOutOfDate(Session session, KnownStatement known) {
        SqlStatement sql = known.sql();
        return (session.names().isCatalogChanged() || !session.database().isCurrent())
                && (!sql.calls().isEmpty() || !sql.programs().isEmpty());
    }

    /** Null when nothing is to be asked, or could be. */
    private NamedFunctions asked(Session session, KnownStatement known, Catalog catalog, Set<String> names)
            throws Throwable {
        Database database = session.database();
        int generation = database.generation();
        int epoch = session.names().epoch();
        if (session.driver().inFailedTransaction()) {
            return null; // the server refuses the statement anyway
        }
        NamedFunctions functions = questions.functions(session, catalog, names);
        if (functions != null && functions.foundAll()) {
            known.functions(functions, catalog, generation, epoch);
        }
        if (functions != null && functions.foundAny()) {
            catalogs.refresh(database);
        }
        return functions;
    }
}
