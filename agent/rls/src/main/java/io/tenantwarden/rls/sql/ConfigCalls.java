package io.tenantwarden.rls.sql;

import java.util.ArrayList;
import java.util.List;

/** The calls of {@code set_config} whose parentheses are open. Used by one thread. */
final class ConfigCalls {

    private static final List<String> ARGUMENTS = List.of("setting_name", "new_value", "is_local");

    private final List<Call> open = new ArrayList<>(2);

    /** How many characters were looked at besides the reader's own: what the tests count. */
    long steps;

    private static final class Call {

        final int depth;
        int argument;
        String name;
        SettingValue value = SettingValue.UNKNOWN;
        SettingChange.Lifetime lifetime = SettingChange.Lifetime.UNKNOWN;
        int lifetimeParameter;

        Call(int depth) {
            this.depth = depth;
        }
    }

    /** The current token is the opening parenthesis, the given number of others being open. */
    void open(Tokens tokens, int depth) {
        open.add(new Call(depth));
        read(tokens);
    }

    /** Whether the innermost call stands in the given number of parentheses. */
    boolean isAt(int depth) {
        return !open.isEmpty() && open.get(open.size() - 1).depth == depth;
    }

    /** The current token is a comma between arguments of the innermost call. */
    void comma(Tokens tokens) {
        open.get(open.size() - 1).argument++;
        read(tokens);
    }

    /** The innermost call is closed. */
    SettingChange close() {
        Call call = open.remove(open.size() - 1);
        return new SettingChange(
                call.name, SettingChange.Kind.SET_CONFIG, call.value, call.lifetime, call.lifetimeParameter);
    }

    /** The statement was given up. */
    void clear() {
        open.clear();
    }

    private void read(Tokens tokens) {
        Call call = open.get(open.size() - 1);
        ConstantReader constant = new ConstantReader(tokens);
        steps += constant.steps();
        int index = constant.argument() == null ? call.argument : ARGUMENTS.indexOf(constant.argument());
        switch (index) {
            case 0 -> call.name = constant.text() == null ? null : TokenText.settingName(constant.text());
            case 1 -> call.value = constant.value();
            case 2 -> {
                call.lifetime = constant.lifetime();
                call.lifetimeParameter = constant.parameter();
            }
            default -> {
                // no such argument: the server refuses it
            }
        }
    }
}
