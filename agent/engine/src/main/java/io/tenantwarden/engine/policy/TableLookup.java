package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Database;
import io.tenantwarden.engine.session.RelationNames;
import io.tenantwarden.engine.session.ServerQuestions;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;

/**
 * Which protected tables a statement touches: by the snapshot where that says what holds, else by asking the server for the
 * names that the statement has. Thread-safe; the session's part is guarded by its lock.
 */
final class TableLookup {

    private final ModeSwitch mode;
    private final Catalogs catalogs;
    private final ServerQuestions questions;
    private final boolean rolesMatter;
    private final FunctionLookup functions;

    /**
     * @param rolesMatter whether it makes a difference which role a connection has set
     * @param strict whether what functions reach that bypass policies counts as touched
     */
    TableLookup(ModeSwitch mode, Catalogs catalogs, ServerQuestions questions, boolean rolesMatter, boolean strict) {
        this.functions = new FunctionLookup(catalogs, questions, strict);
        this.mode = mode;
        this.catalogs = catalogs;
        this.questions = questions;
        this.rolesMatter = rolesMatter;
    }

    /**
     * @return null when it is not known, because there is no catalog or the server could not be asked; {@link
     *     io.tenantwarden.engine.session.Execution#ownFailure} says whether the statement cannot run for the same reason
     */
    Resolution of(Session session, KnownStatement known) throws Throwable {
        Resolution named = named(session, known);
        return named == null ? null : functions.with(session, known, named);
    }

    /** Those that its text names. */
    private Resolution named(Session session, KnownStatement known) throws Throwable {
        Database database = session.database();
        Catalog catalog = database.catalog();
        if (catalog == null) {
            catalog = catalogs.first(session);
            if (catalog == null) {
                return null;
            }
        }
        catalogs.used(database);
        RelationNames names = session.names();
        if (names.areInDoubt() || RelationNames.changesNamesWithin(known.sql())) {
            return inDoubt(session, known, catalog);
        }
        Resolution resolution = known.resolve(catalog, names.path());
        boolean current = database.isCurrent() && !names.isCatalogChanged() && isKnown(known, resolution, names);
        if (current && names.path() == null && !isEnough(resolution) && identified(session)) {
            resolution = known.resolve(catalog, names.path());
            current = isKnown(known, resolution, names);
        }
        return current ? resolution : asked(session, known, catalog, resolution);
    }

    /**
     * What the names may mean once the statements before it, which were decided on along with it, have run: in any schema, and no temporary table
     * hides it.
     */
    private Resolution inDoubt(Session session, KnownStatement known, Catalog catalog) throws Throwable {
        RelationNames names = session.names();
        SqlStatement sql = known.sql();
        Resolution any = known.resolve(catalog, null);
        boolean unknown = !names.areTemporaryTables(any.unknown());
        if (any.touches() || !namesRelations(sql) || session.driver().inFailedTransaction()) {
            return any;
        }
        if (unknown && (names.isViewInDoubt() || sql.createsView())) {
            return any.assuming(catalog.protectedNames());
        }
        if (!unknown && session.database().isCurrent() && !names.isCatalogChanged()) {
            return any;
        }
        Catalog now = questions.named(session, sql.relations());
        return now == null ? mode.refuses() ? null : any : now.resolveAnywhere(sql);
    }

    private static boolean isKnown(KnownStatement known, Resolution resolution, RelationNames names) {
        return names.areTemporaryTables(resolution.unknown())
                && !names.mayHide(known.sql().relations(), resolution);
    }

    /** Without a search path a name counts for each schema that has it. Where that makes no difference the server is not asked for the path. */
    private boolean isEnough(Resolution resolution) {
        return resolution == Resolution.NOTHING || !rolesMatter && !resolution.assumed();
    }

    private boolean identified(Session session) throws Throwable {
        return questions.identify(session) != null;
    }

    private Resolution asked(Session session, KnownStatement known, Catalog catalog, Resolution bySnapshot)
            throws Throwable {
        SqlStatement sql = known.sql();
        if (!sql.parsed() || !namesRelations(sql) || session.driver().inFailedTransaction()) {
            return bySnapshot; // in a failed transaction the server refuses the statement anyway
        }
        Database database = session.database();
        int generation = database.generation();
        int epoch = session.names().epoch();
        Resolution answer = known.answer(catalog, generation, epoch);
        if (answer == null || isToBeAskedAgain(answer, database)) {
            Catalog now = questions.named(session, sql.relations());
            if (now == null) {
                return mode.refuses() ? null : bySnapshot;
            }
            answer = now.resolve(sql, null);
            known.answer(answer, catalog, generation, epoch);
            session.names().answerKept();
            if (!catalogKnows(catalog, answer)) {
                catalogs.refresh(database);
            }
        }
        return answer;
    }

    /**
     * A relation that did not exist may exist now. Where nothing may pass unseen it is asked for each time: a statement that
     * names what does not exist fails, so that no application runs it often.
     */
    private boolean isToBeAskedAgain(Resolution answer, Database database) {
        boolean again = false;
        for (String name : answer.unknown()) {
            again |= mode.refuses() || database.mayHaveAppeared(name);
        }
        return again;
    }

    private static boolean namesRelations(SqlStatement sql) {
        List<Relation> relations = sql.relations();
        for (int i = 0; i < relations.size(); i++) {
            if (!relations.get(i).creates()) {
                return true;
            }
        }
        return false;
    }

    private static boolean catalogKnows(Catalog catalog, Resolution answer) {
        for (String table : answer.tables()) {
            if (catalog.table(table) == null) {
                return false;
            }
        }
        return true;
    }
}
