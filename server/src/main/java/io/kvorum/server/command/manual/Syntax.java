package io.kvorum.server.command.manual;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads the arguments of a command as the manual writes them.
 *
 * <pre>
 *   value                 a string of that name; "key" and "pattern" are of the type of that name
 *   count:integer         of another type
 *   newkey:key#1          a key, of whose use the second line "key" tells; without #, the first
 *   NX                    the word, called "nx"
 *   EX=seconds:integer    the word, and the argument behind it
 *   unit&lt;BYTE | BIT&gt;       one of these
 *   pair(key value)       all of these, in this order
 *   [NX]                  may be left out
 *   key...                may be repeated; ...+ with its word
 *   GET@6.2.0             is there since that version
 * </pre>
 *
 * For one thread.
 */
final class Syntax {
    private static final Pattern PURE_TOKEN = Pattern.compile("[A-Z][A-Z0-9-]*");
    private static final String ENDS_NAME = "<(@[]|)> ";

    private final String text;
    private int at;

    private Syntax(String text) {
        this.text = text;
    }

    /**
     * Reads arguments.
     *
     * @throws IllegalArgumentException if they are not written so
     */
    static List<Argument> read(String text) {
        Syntax syntax = new Syntax(text);
        List<Argument> all = syntax.arguments(' ');
        if (syntax.at < text.length()) {
            throw syntax.wrong("the end");
        }
        return all;
    }

    private List<Argument> arguments(char separator) {
        List<Argument> all = new ArrayList<>();
        do {
            skipBlanks();
            all.add(argument());
            skipBlanks();
        } while (separator == ' ' ? at < text.length() && isBegin() : skip("" + separator));
        return List.copyOf(all);
    }

    private boolean isBegin() {
        return text.charAt(at) != ')' && text.charAt(at) != ']' && text.charAt(at) != '>' && text.charAt(at) != '|';
    }

    private Argument argument() {
        boolean optional = skip("[");
        String word = word();
        int equals = word.indexOf('=');
        String token = equals < 0 ? null : word.substring(0, equals);
        String name = word.substring(equals + 1);
        ArgumentType type = ArgumentType.STRING;
        int keyUse = 0;
        List<Argument> children = List.of();
        if (skip("<")) {
            type = ArgumentType.ONEOF;
            children = arguments('|');
            expect(">");
        } else if (skip("(")) {
            type = ArgumentType.BLOCK;
            children = arguments(' ');
            expect(")");
        } else if (token == null && PURE_TOKEN.matcher(name).matches()) {
            type = ArgumentType.PURE_TOKEN;
            token = name;
            name = name.toLowerCase(Locale.ROOT);
        } else {
            int hash = name.indexOf('#');
            if (hash >= 0) {
                keyUse = Integer.parseInt(name.substring(hash + 1));
                name = name.substring(0, hash);
            }
            int colon = name.lastIndexOf(':');
            ArgumentType said = colon < 0 ? null : ArgumentType.named(name.substring(colon + 1));
            type = said == null ? typeByName(name) : said;
            name = said == null ? name : name.substring(0, colon);
        }
        boolean multiple = skip("...");
        boolean tokenRepeated = multiple && skip("+");
        String since = skip("@") ? word() : null;
        if (optional) {
            expect("]");
        }
        return new Argument(name, type, keyUse, token, since, optional, multiple, tokenRepeated, children);
    }

    private static ArgumentType typeByName(String name) {
        return switch (name) {
            case "key" -> ArgumentType.KEY;
            case "pattern" -> ArgumentType.PATTERN;
            default -> ArgumentType.STRING;
        };
    }

    private String word() {
        int start = at;
        while (at < text.length() && ENDS_NAME.indexOf(text.charAt(at)) < 0 && !text.startsWith("...", at)) {
            at++;
        }
        if (at == start) {
            throw wrong("a name");
        }
        return text.substring(start, at);
    }

    private void skipBlanks() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    private boolean skip(String mark) {
        boolean found = text.startsWith(mark, at);
        at += found ? mark.length() : 0;
        return found;
    }

    private void expect(String mark) {
        if (!skip(mark)) {
            throw wrong(mark);
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException(expected + " expected at " + at + " of " + text);
    }
}
