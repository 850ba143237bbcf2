package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.TokenText;
import java.util.ArrayList;
import java.util.List;

/**
 * The setting {@code search_path} as a list of schemas (PostgreSQL manual, section "The Schema Search Path"). Schemas that do
 * not exist stay in the list: one that is created later is searched from then on.
 */
public final class SearchPath {

    private SearchPath() {}

    /**
     * Reads the setting.
     *
     * @param setting as {@code current_setting('search_path')} gives it
     * @param currentUser what {@code "$user"} stands for
     * @return the schemas in the order in which they are searched, {@code pg_catalog} first where the setting does not name it
     */
    public static List<String> of(String setting, String currentUser) {
        List<String> schemas = new ArrayList<>();
        int at = 0;
        while (at < setting.length()) {
            char c = setting.charAt(at);
            if (c == ',' || Character.isWhitespace(c)) {
                at++;
            } else if (c == '"') {
                StringBuilder name = new StringBuilder();
                for (at++; at < setting.length(); at++) {
                    if (setting.charAt(at) == '"') {
                        at++;
                        if (at >= setting.length() || setting.charAt(at) != '"') {
                            break;
                        }
                    }
                    name.append(setting.charAt(at));
                }
                schemas.add(name.toString());
            } else {
                int from = at;
                while (at < setting.length()
                        && setting.charAt(at) != ','
                        && !Character.isWhitespace(setting.charAt(at))) {
                    at++;
                }
                schemas.add(TokenText.lower(setting, from, at));
            }
        }
        schemas.replaceAll(schema -> schema.equals("$user") ? currentUser : schema);
        if (!schemas.contains("pg_catalog")) {
            schemas.add(0, "pg_catalog");
        }
        return List.copyOf(schemas);
    }
}
