package io.tenantwarden.engine.config;

import io.tenantwarden.engine.tenant.SourceKind;
import io.tenantwarden.engine.tenant.SourceKinds;

/** Writes docs/configuration.md from the declared keys, so that the page cannot say anything else than the agent does. */
public final class ConfigurationDocument {

    private static final String HEAD = """
            # Configuration

            <!-- Generated from the declared keys by ConfigurationDocument; the test of that name rewrites it. -->

            Without any key Warden runs in mode `audit`: it watches and reports, and sends nothing to the database but the
            reading of its catalog.

            ## Where a value comes from

            The first of these that sets a key wins:

            1. system property: `-Dwarden.mode=inject`
            2. environment variable: `WARDEN_MODE=inject`
            3. properties file named by `warden.config`: `warden.mode=inject`. The file is UTF-8, its name is relative to the
               working directory, every key in it begins with `warden.`, and a backslash is written twice, as in every Java
               properties file.
            4. agent argument: `-javaagent:tenant-warden.jar=mode=inject;tenant=mdc:tenantId`. The prefix `warden.` may be
               left out; a semicolon inside a value is written `\\;` (quote the whole argument for the shell).

            `warden.config` itself comes from a system property, the environment or an agent argument. Precedence is decided
            key by key. A value that a higher layer overrides is checked all the same.

            ### Environment names

            Upper case, with `_` for `.` and `-`: `warden.tenant.type` is `WARDEN_TENANT_TYPE`. Case is ignored. In keys with
            a name of your own the name is made of `a-z`, `0-9` and `-`, so each `_` of the variable stands for a `-`:
            `WARDEN_BYPASS_PAYMENT_WEBHOOK_AT` is `warden.bypass.payment-webhook.at`.

            ## When something is wrong

            An unknown key or a wrong value stops the JVM before the application starts: exit code 1, and on stderr every
            problem at once, with key, value, layer, what is allowed and the nearest key. Unknown environment variables that
            begin with `WARDEN_` are only warned about, because Kubernetes sets such variables for a service named warden; a
            known one with a wrong value stops the JVM too. So do:

            - a file named by `warden.config` that is missing, unreadable or not UTF-8,
            - a key set twice in one layer to different values,
            - `warden.mode=inject` or `enforce` with neither `warden.tenant` nor `warden.scope.<name>`,
            - a bypass without `.at` or without `.reason`,
            - a bypass or scope on classes of a framework that does not say `.framework=accept`,
            - a `warden.guc` in which no value holds the tenant, `{tenant}` in `warden.guc.bypass` or `warden.guc.none`,
            - an empty value, where the table does not say that it may be empty,
            - a key or value that this version does not have.

            With `warden.onConfigError=warn` the application starts instead, with Warden off, and one message says so.
            A configuration is never half applied.

            ## Keys

            """;

    private static final String NOTES = """

            Values of choices and `true`, `false` are read in any case. Lists are separated by commas; spaces around an entry
            do not count.

            **Tenant sources.** Which of them a client can forge: [tenant-sources.md](tenant-sources.md).

            SOURCES
            **Settings (GUCs).** `name=value` where the name has a dot, as `app.tenant_id`. The value is constant text, `{tenant}`,
            a tenant source in braces as `{mdc:userId}`, or a mixture such as `t-{tenant}`. There is no `$`, because shells and
            properties files would eat it.

            **Method patterns.** In the name of a class `*` stands for any characters but a dot, so `com.acme.jobs.*` means the
            classes of that package and not those of its sub-packages; the first part of the name is never a wildcard. Nested
            classes are spelled `Outer$Inner`.

            **Bypasses.** All of `warden.bypass.<name>.at`, `.reason` and `.until` with the same name belong together:

            ```
            warden.bypass.payment-webhook.at=com.acme.PaymentWebhook#findCustomer
            warden.bypass.payment-webhook.reason=the webhook looks the customer up before the tenant is known
            warden.bypass.payment-webhook.until=2026-12-31
            ```

            **Patterns on frameworks.** The statements of all tenants pass through the classes of drivers, pools, mappers, templates,
            servers, schedulers and engines, and of the JDK. A bypass or scope that names one, or whose `*` could mean one, is refused
            until `warden.bypass.<name>.framework=accept` (`warden.scope.<name>.framework=accept`) says that it is meant. Not refused
            are classes of frameworks that have statements of their own for one purpose, such as `JdbcDaoImpl` of Spring Security or
            the commands of a process engine, and what `warden.app.packages` names.

            ## Not in this version

            """;

    private ConfigurationDocument() {}

    private static String sources() {
        StringBuilder table = new StringBuilder("| Source, for instance | Reads |\n|---|---|\n");
        for (SourceKind kind : SourceKinds.all()) {
            table.append("| `").append(cell(kind.examples().replace(", ", "`, `")));
            table.append("` | ").append(cell(kind.meaning())).append(" |\n");
        }
        return table.append('\n').toString();
    }

    /** The whole page, lines separated and ended by {@code \n}. */
    public static String render() {
        StringBuilder page = new StringBuilder(HEAD);
        page.append("| Key | Default | Allowed | Meaning | Example |\n|---|---|---|---|---|\n");
        for (Key<?> key : Keys.all()) {
            page.append("| `").append(key.name()).append("` | ");
            page.append(key.defaultText() == null ? "none" : '`' + cell(key.defaultText()) + '`');
            page.append(" | ").append(cell(key.allowed()));
            page.append(key.type().acceptsBlank() ? "; may be empty" : "");
            page.append(" | ").append(cell(key.meaning()));
            page.append(key.isSecret() ? " Its value is never printed." : "");
            page.append(" | `").append(cell(key.example())).append("` |\n");
        }
        page.append(NOTES.replace("SOURCES\n", sources()));
        return page.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
