package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.SettingChange;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code warden.hold=session} must know of a statement besides its {@link Demand}. Stateless. */
final class HoldRules {

    /** One plain word, or one of the spellings that have more: what else SHOW names may be a setting of ours. */
    private static final Pattern PLAIN_SHOW = Pattern.compile(
            "\\s*show\\s+(?!all\\b)([a-z_]+|transaction\\s+isolation\\s+level|time\\s+zone|session\\s+authorization)\\s*;?\\s*",
            Pattern.CASE_INSENSITIVE);

    private HoldRules() {}

    /**
     * Whether values that were set for the session are, once the statement has run, what they were before: it runs no code of the application that
     * could set them. A trigger, a function, a procedure and a DO body could; a policy or a view that does so is
     * taken for what nobody writes. What the text itself sets is not looked at.
     */
    static boolean leavesValues(SqlStatement statement) {
        if (!statement.parsed() || statement.multi() || statement.writes() || statement.callsFunctions()) {
            return false;
        }
        return switch (statement.keyword()) {
            case SELECT, WITH, VALUES, TABLE, COPY, EXPLAIN, DECLARE, FETCH, MOVE, CLOSE -> true;
            case SHOW, SET, RESET, DISCARD -> true;
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, LOCK, SET_CONSTRAINTS -> true;
            case PREPARE, DEALLOCATE, LISTEN, UNLISTEN, NOTIFY, EMPTY -> true;
            default -> false;
        };
    }

    /**
     * Whether the statement would show another scope's values, or run code that could read with them, although no row depends on them that
     * the text names: DDL runs event triggers, maintenance the functions of indexes.
     *
     * @param lowerCaseNames the settings of the values
     */
    static boolean isExposed(SqlStatement statement, List<String> lowerCaseNames) {
        return switch (statement.keyword()) {
            case BEGIN, COMMIT, ROLLBACK, ROLLBACK_TO, SAVEPOINT, RELEASE, PREPARE_TRANSACTION -> statement.multi();
            case COMMIT_PREPARED, ROLLBACK_PREPARED, SET, RESET, DISCARD, SET_CONSTRAINTS -> statement.multi();
            case PREPARE, DEALLOCATE, CLOSE, LISTEN, UNLISTEN, NOTIFY, LOCK, EMPTY -> statement.multi();
            case SHOW -> statement.multi() || shows(statement.sql(), lowerCaseNames);
            case DECLARE -> statement.multi(); // where nothing is demanded for it, it fails
            default -> true;
        };
    }

    private static boolean shows(String sql, List<String> lowerCaseNames) {
        Matcher plain = PLAIN_SHOW.matcher(sql);
        return !plain.matches() || lowerCaseNames.contains(plain.group(1).toLowerCase(Locale.ROOT));
    }

    /** Whether it sets, outside of a transaction, one of the settings by name and for the session. */
    static boolean setsForSession(SqlStatement statement, List<String> lowerCaseNames) {
        List<SettingChange> changes = statement.settings();
        for (int i = 0; i < changes.size(); i++) {
            SettingChange change = changes.get(i);
            boolean sets = change.kind() == SettingChange.Kind.SET || change.kind() == SettingChange.Kind.SET_CONFIG;
            if (sets
                    && change.name() != null
                    && lowerCaseNames.contains(change.name())
                    && change.lifetime() != SettingChange.Lifetime.TRANSACTION) {
                return true;
            }
        }
        return false;
    }
}
