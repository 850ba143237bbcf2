package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.rls.sql.SqlStatement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of what a statement needs: by its place, what is on the wire, and what ran before it in the same execution. */
class InjectionRulesTest {

    /** What is on the wire, in words. */
    private record Wire(Set<String> facts) implements InjectionRules.Wire {
        @Override
        public boolean isWanted() {
            return !facts.contains("unwanted");
        }

        @Override
        public boolean holds() {
            return facts.contains("holds");
        }

        @Override
        public boolean holdsForSession() {
            return facts.contains("session");
        }

        @Override
        public boolean isHeld() {
            return facts.contains("held");
        }

        @Override
        public boolean isExposed(SqlStatement statement) {
            return facts.contains("other-held") && HoldRules.isExposed(statement, List.of("app.x"));
        }

        @Override
        public boolean hasRun() {
            return facts.contains("touched") && !facts.contains("other-held");
        }

        @Override
        public boolean hasPortalOfAnother() {
            return facts.contains("portal");
        }

        @Override
        public boolean isCursorOfAnother(String cursor) {
            return facts.contains("cursor:" + cursor);
        }

        @Override
        public boolean isTouched() {
            return facts.contains("touched");
        }

        @Override
        public boolean isTakenOverBy(SqlStatement statement) {
            return facts.contains("takes-over");
        }

        @Override
        public boolean mayBeSetBy(SqlStatement statement) {
            return !statement.settings().isEmpty();
        }

        @Override
        public boolean hasFailed() {
            return facts.contains("failed");
        }

        @Override
        public boolean wantsRole() {
            return facts.contains("role") || facts.contains("lacks-role");
        }

        @Override
        public boolean lacksRole() {
            return facts.contains("lacks-role");
        }

        @Override
        public boolean isPooled() {
            return facts.contains("pooled");
        }

        @Override
        public boolean losesAll() {
            return facts.contains("loses-all");
        }
    }

    /** What statements before it have done, in words. */
    private record Earlier(Set<String> facts) implements Before {
        @Override
        public boolean ends() {
            return facts.contains("ends");
        }

        @Override
        public boolean sets() {
            return facts.contains("sets");
        }

        @Override
        public boolean setsMode() {
            return facts.contains("mode");
        }

        @Override
        public boolean locks() {
            return facts.contains("locks");
        }
    }

    private static Need need(String sql, String place, String facts) throws Throwable {
        Set<String> words = new TreeSet<>(Arrays.asList((facts == null ? "" : facts).split("\\s+")));
        return InjectionRules.need(
                SqlStatement.parse(sql),
                place.contains("alone"),
                !place.contains("portable"),
                new Earlier(words),
                new Wire(words));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # nothing on the wire
            select 1                          | in transaction          |                  | ALONGSIDE
            select 1                          | alone                   |                  | ALONGSIDE
            select 1                          | portable in transaction |                  | SEPARATE
            select 1                          | portable alone          |                  | SEPARATE
            call p()                          | in transaction          |                  | ALONGSIDE
            call p()                          | alone                   |                  | SEPARATE
            do ''                             | alone                   |                  | SEPARATE
            set work_mem = '1MB'              | in transaction          |                  | NOTHING
            commit                            | in transaction          | touched          | NOTHING
            # it holds already
            select 1                          | in transaction          | holds touched    | NOTHING
            call p()                          | in transaction          | holds touched    | NOTHING
            select 1                          | portable in transaction | holds touched    | NOTHING
            select 1                          | portable alone          | session touched  | NOTHING
            call p()                          | alone                   | session touched  | NOTHING
            # nothing is wanted
            select 1                          | alone                   | unwanted         | NOTHING
            call p()                          | alone                   | unwanted         | NOTHING
            # behind a pooler nothing may be set for the session
            call p()                          | alone                   | pooled           | POOLED
            select 1                          | portable alone          | pooled           | POOLED
            select 1                          | alone                   | pooled           | ALONGSIDE
            call p()                          | in transaction          | pooled           | ALONGSIDE
            # something between sends values and statements to different servers
            select 1                          | alone                   | loses-all        | LOST
            select 1                          | in transaction          | loses-all        | LOST
            select 1                          | portable in transaction | loses-all        | LOST
            call p()                          | alone                   | loses-all        | LOST
            commit                            | in transaction          | loses-all        | NOTHING
            select 1                          | alone                   | loses-all unwanted | NOTHING
            # rows of another scope may still come
            select 1                          | in transaction          | portal touched   | OPEN_PORTAL
            select 1                          | portable in transaction | portal touched   | OPEN_PORTAL
            select 1                          | in transaction          | portal holds     | NOTHING
            select 1                          | in transaction          | portal failed    | ALONGSIDE
            fetch c                           | in transaction          | cursor:c holds   | OPEN_PORTAL
            fetch d                           | in transaction          | cursor:c holds   | NOTHING
            fetch c                           | in transaction          | cursor:c failed  | NOTHING
            set app.x = 'y'                   | in transaction          | takes-over       | ALONGSIDE
            set app.x = 'y'                   | in transaction          | takes-over portal| OPEN_PORTAL
            # the values stand for the session
            select 1                          | alone                   | held holds       | NOTHING
            select 1                          | in transaction          | held holds       | NOTHING
            select 1                          | portable alone          | held session     | NOTHING
            call p()                          | alone                   | held session     | NOTHING
            commit                            | in transaction          | held touched     | NOTHING
            # those of another scope do, or it is not known which
            select 1                          | alone                   | other-held touched | ALONGSIDE
            call p()                          | alone                   | other-held touched | SEPARATE
            select 1                          | in transaction          | other-held touched | ALONGSIDE
            show app.x                        | alone                   | other-held touched | SEPARATE
            show "app"."x"                    | alone                   | other-held touched | SEPARATE
            show all                          | in transaction          | other-held touched | SEPARATE
            show all                          | in transaction          | other-held portal  | OPEN_PORTAL
            show work_mem                     | alone                   | other-held touched | NOTHING
            show transaction isolation level  | in transaction          | other-held touched | NOTHING
            create table t (id int)           | alone                   | other-held touched | SEPARATE
            vacuum t                          | alone                   | other-held touched | SEPARATE
            set work_mem = '1MB'              | alone                   | other-held touched | NOTHING
            begin                             | alone                   | other-held touched | NOTHING
            rollback                          | in transaction          | other-held touched | NOTHING
            listen x                          | alone                   | other-held touched | NOTHING
            select 1                          | portable in transaction | other-held touched mode  | SNAPSHOT
            select 1                          | portable in transaction | other-held touched locks | AFTER_LOCK
            # one string, or one batch, that is sent whole
            select 1; commit; select 2        | portable in transaction |                  | SEVERAL
            select 1; commit; select 2        | in transaction          |                  | ALONGSIDE
            set app.x = 'y'; select 1         | portable in transaction |                  | SEVERAL
            set app.x = 'y'; select 1         | portable alone          | unwanted         | NOTHING
            select 1                          | portable in transaction | ends             | SEVERAL
            select 1                          | portable in transaction | sets             | SEVERAL
            select 1                          | portable alone          | sets             | SEVERAL
            select 1                          | portable in transaction | sets unwanted    | NOTHING
            # what must come before every snapshot
            select 1                          | portable in transaction | mode             | SNAPSHOT
            select 1                          | portable in transaction | locks            | AFTER_LOCK
            select 1                          | portable in transaction | mode touched     | SEPARATE
            select 1                          | portable in transaction | locks touched    | SEPARATE
            select 1                          | in transaction          | mode             | ALONGSIDE
            select 1                          | in transaction          | locks            | ALONGSIDE
            set transaction isolation level serializable; table t | portable in transaction | | SNAPSHOT
            set transaction read only; table t| portable in transaction |                  | SEPARATE
            lock table t; select 1            | portable in transaction |                  | AFTER_LOCK
            lock table t; select 1            | portable in transaction | holds touched    | NOTHING
            # a role is demanded of more, also where nothing else is wanted
            select 1                          | alone                   | unwanted lacks-role | ALONGSIDE
            select 1                          | in transaction          | holds lacks-role    | ALONGSIDE
            select 1                          | in transaction          | holds role          | NOTHING
            create table t (id int)           | alone                   | unwanted lacks-role | ALONGSIDE
            create table t (id int)           | in transaction          | holds lacks-role    | ALONGSIDE
            create table t (id int)           | portable alone          | unwanted lacks-role | SEPARATE
            create table t (id int)           | in transaction          | holds role          | NOTHING
            create table t (id int)           | in transaction          |                     | NOTHING
            grant select on t to r            | alone                   | lacks-role          | ALONGSIDE
            analyze t                         | alone                   | lacks-role          | ALONGSIDE
            vacuum t                          | alone                   | lacks-role          | SEPARATE
            vacuum t                          | alone                   |                     | NOTHING
            vacuum t                          | alone                   | lacks-role pooled   | POOLED
            create index concurrently on t (a)| alone                   | lacks-role          | SEPARATE
            create database d                 | alone                   | lacks-role          | SEPARATE
            commit prepared 'x'               | alone                   | lacks-role          | SEPARATE
            call p()                          | alone                   | lacks-role session  | NOTHING
            set work_mem = '1MB'              | alone                   | lacks-role          | NOTHING
            set transaction isolation level serializable | in transaction | lacks-role         | NOTHING
            lock table t                      | in transaction          | lacks-role          | NOTHING
            savepoint s                       | in transaction          | lacks-role          | NOTHING
            commit                            | in transaction          | lacks-role          | NOTHING
            declare c cursor for select 1     | alone                   | lacks-role          | NOTHING
            select 1                          | in transaction          | holds lacks-role portal | OPEN_PORTAL
            rollback; drop table t            | portable in transaction | unwanted role       | SEVERAL
            rollback; drop table t            | portable in transaction | unwanted            | NOTHING
            reset role; select 1              | portable in transaction | unwanted role       | SEVERAL
            drop table t                      | portable in transaction | sets unwanted role  | SEVERAL
            """)
    void whatAStatementNeeds(String sql, String place, String facts, Need expected) throws Throwable {
        assertEquals(expected, need(sql, place, facts), () -> sql + ", " + place + ": " + facts);
    }
}
