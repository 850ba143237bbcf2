/**
 * What SQL says: tokens, statements, the tables and settings that they name, their class. No connection, no catalog, and no other package of
 * the project may enter.
 *
 * <p>{@code SqlStatement} is what a text says: the keyword, the relations named, the settings changed and to what ({@code SettingChange},
 * {@code SettingValue}), what DDL creates and changes ({@code DdlChange}), the queries of new views, what must come before the first
 * snapshot. {@code StatementClass} is the one table that says how each {@code Keyword} stands to a statement of ours before it
 * ({@code Injection}) and whether it may read rows. {@code SqlText} makes the form for the log, without literals, {@code SqlShape} the
 * fingerprint. Reading is linear in the length of the text, without a syntax tree and without recursion; what is longer than
 * {@code SqlStatement.MAX_LENGTH} is not read, and everything is assumed of it.
 *
 * <ul>
 * <li>{@code SqlLexer}: tokens, as the server's scanner cuts them, UESCAPE included; {@code SqlCharacters} and {@code Words} are its
 * tables</li>
 * <li>{@code TokenText}: what names and string constants mean: nothing else unescapes</li>
 * <li>{@code Tokens}, {@code QualifiedName}: the look-ahead, and {@code a.b.c}</li>
 * <li>{@code SqlParser}, {@code StatementReader}, {@code TableListReader}: which command it is, and what stands before a query</li>
 * <li>{@code QueryReader}, with {@code Frames}, {@code ClauseReader}, {@code NameReader}, {@code WithReader}, {@code CteScopes}: queries:
 * which names are tables, which are functions, labels or common table expressions</li>
 * <li>{@code SettingReader}, {@code ConfigCalls}, {@code ConstantReader}: SET and RESET; calls of {@code set_config} and what their
 * arguments are</li>
 * <li>{@code DdlReader}, {@code CreateReader}, {@code DdlScan}: DDL</li>
 * <li>{@code ProgramText}: the settings that DO bodies and functions set and read</li>
 * <li>{@code Program}, {@code PlpgsqlReader}: the relations, calls and dynamic SQL of such a body, when it is first asked for;
 * {@code CallReader} counts the arguments of calls</li>
 * <li>{@code StatementFacts}, {@code RelationList}: collect what is found</li>
 * </ul>
 */
package io.tenantwarden.rls.sql;
