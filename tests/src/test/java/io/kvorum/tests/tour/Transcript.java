package io.kvorum.tests.tour;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A {@code console} block of a page, read as steps, and the comparison of what is printed there with what was said.
 *
 * <p>A line that starts with {@code "$ "} is typed into a shell; the lines below it are its output. {@code "^C"} is
 * typed where {@code up} runs. Lines above the first of these are what {@code up} says by itself.
 *
 * <p>What differs from run to run is compared by its kind alone: contexts, UUIDs, hashes (16 hexadecimal
 * digits), points in time, durations and sizes with their unit, and the directory, which is printed as
 * {@value #DIRECTORY}. Blanks in a row count as one, since columns are as wide as what is in them. {@code …} stands for
 * anything, over several lines too. All else must be the same, letter by letter.
 */
final class Transcript {
    static final String DIRECTORY = "/home/you/kvorum";
    private static final String PROMPT = "$ ";
    static final String INTERRUPT = "^C";

    /** Something typed, "" for nothing, and what is said to it. */
    record Step(String typed, String said) {}

    private Transcript() {}

    /** The console blocks of a page, each a list of steps. */
    static List<List<Step>> blocks(String markdown) {
        return Pattern.compile("^```console\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(markdown)
                .results()
                .map(match -> steps(match.group(1)))
                .toList();
    }

    private static List<Step> steps(String block) {
        List<Step> steps = new ArrayList<>();
        String typed = "";
        List<String> said = new ArrayList<>();
        for (String line : block.split("\n", -1)) {
            if (line.startsWith(PROMPT) || line.equals(INTERRUPT)) {
                add(steps, typed, said);
                typed = line.startsWith(PROMPT) ? line.substring(PROMPT.length()) : line;
                said.clear();
            } else {
                said.add(line);
            }
        }
        add(steps, typed, said);
        return steps;
    }

    private static void add(List<Step> steps, String typed, List<String> said) {
        String text = String.join("\n", said).strip();
        if (!typed.isEmpty() || !text.isEmpty()) {
            steps.add(new Step(typed, text));
        }
    }

    /** Whether what was said is what is printed. */
    static boolean matches(String printed, String said) {
        String regex =
                Arrays.stream(shape(printed).split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(regex, Pattern.DOTALL).matcher(shape(said)).matches();
    }

    /** A text with its changing parts named instead of shown. */
    static String shape(String text) {
        return text.strip()
                .replaceAll("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b", "UUID")
                .replaceAll("\\bA[Q-Za-f][A-Za-z0-9_-]{20,}", "CONTEXT")
                .replaceAll("\\b[0-9a-f]{16}\\b", "HEX")
                .replaceAll("\\b\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME")
                .replaceAll("\\b\\d+(\\.\\d+)? (ms|s|min|h)\\b", "DURATION")
                .replaceAll("\\b\\d+(\\.\\d+)? ([KMG]i?B|bytes|B)\\b", "SIZE")
                .replaceAll("[ \\t]+", " ")
                .replaceAll(" ?\\n ?", "\n");
    }
}
