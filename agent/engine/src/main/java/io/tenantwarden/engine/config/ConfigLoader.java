package io.tenantwarden.engine.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads the four layers and checks them as a whole. All problems are collected, so that the operator sees them at once.
 * Nothing is applied, printed or remembered here. Where nothing is wrong, text is joined by {@code concat}: the first
 * {@code +} of a JVM costs milliseconds of start-up.
 */
public final class ConfigLoader {

    /** Numbers by size, names alphabetically; a family has one or the other. */
    private static final List<Key<?>> OF_BYPASS =
            List.of(Keys.BYPASS_AT, Keys.BYPASS_REASON, Keys.BYPASS_UNTIL, Keys.BYPASS_FRAMEWORK);

    private static final Comparator<String> BY_PART = new Comparator<>() {
        @Override
        public int compare(String a, String b) {
            boolean numbers = Values.isDigits(a) && Values.isDigits(b) && a.length() != b.length();
            return numbers ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
        }
    };

    private final ConfigFileReader files;
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** By full key: what the highest layer says. */
    private final Map<String, Entry> winners = new HashMap<>();

    private ConfigLoader(ConfigFileReader files) {
        this.files = files;
    }

    /**
     * Reads the configuration.
     *
     * @param systemProperties of the JVM; only keys beginning with {@code warden.} are looked at
     * @param environment of the process; only variables beginning with {@code WARDEN_} are looked at
     * @param agentArguments what follows {@code -javaagent:tenant-warden.jar=}; may be null
     * @param files reads the file named by {@code warden.config}
     * @return the configuration, or every problem found; never null
     */
    public static Loaded load(
            Properties systemProperties,
            Map<String, String> environment,
            String agentArguments,
            ConfigFileReader files) {
        return new ConfigLoader(files).load(systemProperties, environment, agentArguments);
    }

    private Loaded load(Properties systemProperties, Map<String, String> environment, String agentArguments) {
        List<Entry> entries = new ArrayList<>();
        readSystemProperties(systemProperties, entries);
        readEnvironment(environment, entries);
        List<Entry> arguments = new ArrayList<>();
        readArguments(agentArguments, arguments);
        readFile(configFile(entries, arguments), entries);
        entries.addAll(arguments);

        for (Entry entry : entries) {
            check(entry);
            winners.putIfAbsent(entry.name, entry);
        }
        checkBypassParts();
        FrameworkPatterns.check(winners, problems);
        HashKey.check(winners, problems);
        Entry mode = winners.get(Keys.MODE.name());
        checkTenants();
        checkRole(mode);
        boolean scoped =
                hasTenant() || hasAny(Keys.SCOPE) || hasAny(Keys.FOREACH) || winners.containsKey(Keys.ROLE.name());
        checkMode(mode, scoped);
        if (!problems.isEmpty()) {
            return new Loaded.Refused(List.copyOf(problems), onConfigError(), List.copyOf(warnings));
        }
        return new Loaded.Ready(config(mode, scoped), List.copyOf(warnings));
    }

    // ---- the layers

    private void readSystemProperties(Properties properties, List<Entry> entries) {
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            if (name.regionMatches(true, 0, "warden.", 0, 7)) {
                add(entries, name, name, properties.getProperty(name), Layer.SYSTEM_PROPERTY, null);
            }
        }
    }

    private void readEnvironment(Map<String, String> environment, List<Entry> entries) {
        TreeMap<String, String> ours = new TreeMap<>();
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String name = variable.getKey();
            if (name.regionMatches(true, 0, "warden", 0, 6)
                    && name.length() > 7
                    && "_.-".indexOf(name.charAt(6)) >= 0
                    && !Names.OF_COMMAND_LINE.contains(name)) {
                ours.put(name, variable.getValue());
            }
        }
        List<String> unknown = new ArrayList<>();
        for (Map.Entry<String, String> variable : ours.entrySet()) {
            String name = Names.ofVariable(variable.getKey());
            if (name != null) {
                add(entries, name, variable.getKey(), variable.getValue(), Layer.ENVIRONMENT, null);
                continue;
            }
            String nearest = Names.nearestVariable(variable.getKey());
            if (nearest == null) {
                unknown.add(Printable.oneLine(variable.getKey()));
            } else {
                warnings.add("environment variable " + Printable.oneLine(variable.getKey())
                        + " is not known and was ignored; did you mean " + nearest + "?");
            }
        }
        if (!unknown.isEmpty()) {
            warnings.add("environment variables that are not known were ignored: " + String.join(", ", unknown)
                    + " (Kubernetes sets such variables for a service named warden)");
        }
    }

    private void readArguments(String arguments, List<Entry> entries) {
        if (arguments == null) {
            return;
        }
        for (String argument : splitArguments(arguments)) {
            String text = argument.strip();
            if (text.isEmpty()) {
                continue;
            }
            int equals = text.indexOf('=');
            if (equals <= 0) {
                problems.add(
                        Printable.message(text) + " (agent argument): not key=value; write for instance mode=audit");
                continue;
            }
            String written = text.substring(0, equals).strip();
            String name = written.regionMatches(true, 0, "warden.", 0, 7) ? written : "warden.".concat(written);
            add(entries, name, written, text.substring(equals + 1), Layer.ARGUMENT, null);
        }
    }

    /** Splits at semicolons; {@code \;} is a semicolon, every other backslash is itself. */
    private static List<String> splitArguments(String arguments) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < arguments.length(); i++) {
            char c = arguments.charAt(i);
            if (c == '\\' && i + 1 < arguments.length() && arguments.charAt(i + 1) == ';') {
                part.append(';');
                i++;
            } else if (c == ';') {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private static Entry configFile(List<Entry> entries, List<Entry> arguments) {
        for (List<Entry> layer : List.of(entries, arguments)) {
            for (Entry entry : layer) {
                if (entry.key == Keys.CONFIG) {
                    return entry;
                }
            }
        }
        return null;
    }

    private void readFile(Entry config, List<Entry> entries) {
        if (config == null || config.text.isEmpty()) {
            return;
        }
        for (ConfigFile.Line line : ConfigFile.read(config, files, problems)) {
            if (line.name().equals(Keys.CONFIG.name())) {
                problems.add("warden.config (file " + Printable.message(config.text)
                        + "): a configuration file cannot name another one; take the line out");
            } else {
                add(entries, line.name(), line.name(), line.value(), Layer.FILE, config.text);
            }
        }
    }

    private void add(List<Entry> entries, String name, String written, String value, Layer layer, String file) {
        Key<?> key = Names.key(name);
        Entry entry = new Entry(name, written, value.strip(), layer, file, key);
        if (key == null) {
            problems.add(Names.refusal(entry));
            return;
        }
        for (Entry other : entries) {
            if (other.layer == layer && other.name.equals(name)) {
                if (!other.text.equals(entry.text)) {
                    problems.add(entry.shown() + ": set twice in this layer, the other value is "
                            + Printable.value(key, other.text) + "; take one of them out");
                }
                return;
            }
        }
        entries.add(entry);
    }

    // ---- checks

    private void check(Entry entry) {
        if (entry.text.isEmpty() && !entry.key.type().acceptsBlank()) {
            problems.add(entry.shown() + ": must not be empty; allowed: " + entry.key.allowed() + "; for instance "
                    + entry.name + "=" + entry.key.example());
            return;
        }
        try {
            entry.value = entry.key.type().read(entry.text);
        } catch (IllegalArgumentException e) {
            problems.add(entry.shown() + ": "
                    + (entry.key.isSecret() ? "allowed: " + entry.key.allowed() : Printable.message(e.getMessage())));
        }
    }

    private void checkBypassParts() {
        TreeSet<String> names = new TreeSet<>();
        for (Entry entry : winners.values()) {
            if (OF_BYPASS.contains(entry.key)) {
                names.add(Names.part(entry.key, entry.name));
            }
        }
        for (String name : names) {
            requireBypassPart(name, Keys.BYPASS_AT, "says which methods may run without a tenant");
            requireBypassPart(name, Keys.BYPASS_REASON, "says why, which is mandatory");
        }
    }

    private void requireBypassPart(String name, Key<?> family, String what) {
        String missing = family.with(name);
        if (winners.containsKey(missing)) {
            return;
        }
        for (Key<?> given : OF_BYPASS) {
            Entry entry = winners.get(given.with(name));
            if (entry != null) {
                problems.add(entry.shown() + ": " + missing + " is missing, which " + what + "; for instance " + missing
                        + "=" + family.example());
                return;
            }
        }
    }

    private void checkTenants() {
        if (winners.containsKey(Keys.TENANTS.name())) {
            return;
        }
        for (Entry entry : winners.values()) {
            if (entry.key == Keys.FOREACH) {
                problems.add(entry.shown() + ": " + Keys.TENANTS.name()
                        + " is missing, which gives the tenants; for instance " + Keys.TENANTS.name() + "="
                        + Keys.TENANTS.example());
                return;
            }
        }
    }

    private void checkRole(Entry mode) {
        Entry role = winners.get(Keys.ROLE.name());
        Entry superuser = winners.get(Keys.ROLE_SUPERUSER.name());
        if (superuser != null && role == null) {
            problems.add(superuser.shown() + ": is for warden.role, which is not set; for instance warden.role="
                    + Keys.ROLE.example());
        }
        Entry hold = winners.get("warden.hold");
        if (role != null && hold != null && hold.text.equalsIgnoreCase("session")) {
            problems.add(hold.shown()
                    + ": does not go with warden.role, which is set for the transaction; take one of them out");
        }
        if (role != null && mode != null && mode.value == Mode.AUDIT) {
            warnings.add(role.shown() + " has no effect with warden.mode=audit, which sends nothing to the database");
        }
    }

    private void checkMode(Entry mode, boolean scoped) {
        if (mode != null && !scoped && (mode.value == Mode.INJECT || mode.value == Mode.ENFORCE)) {
            problems.add(
                    mode.shown() + ": needs to know the tenant, but neither warden.tenant nor warden.scope.<name> is"
                            + " set; set for instance warden.tenant=" + Keys.TENANT.example()
                            + ", or warden.mode=audit to watch only");
        }
    }

    private boolean hasTenant() {
        return winners.containsKey(Keys.TENANT.name()) || hasAny(Keys.TENANT_NUMBERED);
    }

    private boolean hasAny(Key<?> family) {
        for (Entry entry : winners.values()) {
            if (entry.key == family) {
                return true;
            }
        }
        return false;
    }

    private OnConfigError onConfigError() {
        Entry entry = winners.get(Keys.ON_CONFIG_ERROR.name());
        return entry != null && entry.value == OnConfigError.WARN ? OnConfigError.WARN : OnConfigError.EXIT;
    }

    // ---- the result

    private Config config(Entry modeEntry, boolean scoped) {
        Map<Key<?>, Object> values = new HashMap<>();
        Map<Key<?>, Map<String, Object>> named = new HashMap<>();
        List<Setting> nonDefaults = new ArrayList<>();
        for (Key<?> key : Keys.all()) {
            if (key.part() != Key.Part.NONE) {
                named.put(key, family(key, nonDefaults));
                continue;
            }
            Entry entry = winners.get(key.name());
            Object value = entry == null ? key.defaultValue() : entry.value;
            if (value != null) {
                values.put(key, value);
            }
            if (entry != null && !entry.text.equals(key.defaultText())) {
                nonDefaults.add(entry.setting());
            }
        }
        if (modeEntry != null) {
            String reason = "from ".concat(modeEntry.layer.label());
            return new Config(values, named, (Mode) modeEntry.value, reason, nonDefaults);
        }
        return scoped
                ? new Config(values, named, Mode.INJECT, "default", nonDefaults)
                : new Config(
                        values,
                        named,
                        Mode.AUDIT,
                        "neither warden.tenant nor warden.scope.<name> is set, so there is no tenant to inject",
                        nonDefaults);
    }

    private Map<String, Object> family(Key<?> family, List<Setting> nonDefaults) {
        TreeMap<String, Object> found = new TreeMap<>(BY_PART);
        for (Entry entry : winners.values()) {
            if (entry.key == family) {
                found.put(Names.part(family, entry.name), entry.value);
            }
        }
        for (String part : found.keySet()) {
            nonDefaults.add(winners.get(family.with(part)).setting());
        }
        return found;
    }

    /** One value in one layer. */
    static final class Entry {

        final String name;
        final String written;
        final String text;
        final Layer layer;
        final String file;
        final Key<?> key;

        /** Null until read, and when it cannot be read. */
        Object value;

        /**
         * @param name full key
         * @param written as the layer spells it: variable name, argument without prefix
         * @param file the file it stands in; null for the other layers
         * @param key null when the name is not known
         */
        Entry(String name, String written, String text, Layer layer, String file, Key<?> key) {
            this.name = name;
            this.written = written;
            this.text = text;
            this.layer = layer;
            this.file = file;
            this.key = key;
        }

        Setting setting() {
            return new Setting(name, Printable.value(key, text), layer);
        }

        /** How a message names it: as written, value and layer. */
        String shown() {
            String shownValue = key == null ? Printable.valueOfUnknown(name, text) : Printable.value(key, text);
            return Printable.oneLine(written) + "=" + shownValue + " (" + layer.label()
                    + (file == null ? "" : " " + Printable.message(file)) + ")";
        }
    }
}
