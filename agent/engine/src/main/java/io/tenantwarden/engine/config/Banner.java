package io.tenantwarden.engine.config;

/** The one line that says at start what is in force and who said so. */
public final class Banner {

    private Banner() {}

    /**
     * One line without a line break at the end: version, mode and why, strategy, and every key that does not have its
     * default with the layer that set it. Secrets are masked, control characters quoted.
     *
     * @param version of the agent
     * @param strategy how values get on the wire, as it is in force; for instance {@code auto}
     */
    public static String line(Config config, String version, String strategy) {
        StringBuilder line = new StringBuilder(256);
        line.append("[warden] Tenant Warden ").append(version);
        line.append(" mode=").append(Values.label(config.mode()));
        line.append(" (").append(config.modeReason()).append(')');
        line.append(" strategy=").append(Printable.oneLine(strategy));
        for (Setting setting : config.nonDefaults()) {
            // The mode and its layer are said already.
            if (!setting.key().equals(Keys.MODE.name())) {
                line.append(' ').append(setting.key()).append('=').append(setting.value());
                line.append("(from ").append(setting.layer().label()).append(')');
            }
        }
        return line.toString();
    }
}
