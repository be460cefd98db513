package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.command.Glob;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The patterns of KEYS and SCAN are Redis's to the letter, its oddities included. */
final class PatternTest {
    private static boolean matches(String pattern, String text) {
        byte[] padded = ("<" + text + ">").getBytes(ISO_8859_1);
        return new Glob(pattern.getBytes(ISO_8859_1)).matches(padded, 1, text.length());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            nullValues = "EMPTY",
            quoteCharacter = '"',
            value = {
                "* EMPTY true",
                "* abc true",
                "EMPTY EMPTY true",
                "EMPTY a false",
                "? EMPTY false",
                "? a true",
                "h?llo hello true",
                "h?llo hllo false",
                "h*llo hllo true",
                "h*llo heeeello true",
                "h*llo heeeell false",
                "h[ae]llo hallo true",
                "h[ae]llo hillo false",
                "h[^e]llo hallo true",
                "h[^e]llo hello false",
                "h[a-c]llo hbllo true",
                "h[c-a]llo hbllo true",
                "h[a-c]llo hdllo false",
                "[^a-c]x dx true",
                "a\\*b a*b true",
                "a\\*b axb false",
                "a\\ a\\ true",
                "a[\\]]b a]b true",
                "a[\\-z]b a-b true",
                "a[\\-z]b axb false",
                "[] a false",
                "[^] a true",
                "[ a false",
                "[^ a true",
                "[a a true",
                "[abc b true",
                "[a- - true",
                "[a-] ] true",
                "[a-] ^ true",
                "[a-] - false",
                "[a-]x ax false",
                "**a** bab true",
                "*a*b*c* xaybzcw true",
                "*a*b*c* xaybzw false",
                "user:*:name user:7:name true",
                "user:*:name user:7:names false",
            })
    void matches_as_redis_does(String pattern, String text, boolean expected) {
        String p = pattern == null ? "" : pattern;
        String t = text == null ? "" : text;
        assertThat(matches(p, t)).isEqualTo(expected);
        assertThat(reference(p, t)).as("the reference").isEqualTo(expected);
    }

    @Test
    void random_patterns_match_what_the_rules_written_down_plainly_match() {
        String alphabet = "ab-*?[]^\\c";
        for (long seed = 0; seed < 100_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            String pattern = text(random, alphabet, 8);
            String text = text(random, "ab-]^\\c", 6);
            assertThat(matches(pattern, text))
                    .as("seed %d: %s on %s", seed, pattern, text)
                    .isEqualTo(reference(pattern, text));
        }
    }

    @Test
    void a_hostile_pattern_takes_no_longer_than_pattern_times_text() {
        assertThat(matches("*a".repeat(50) + "b", "a".repeat(50_000))).isFalse();
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_class_of_any_length_and_any_number_of_stars_are_gone_through_once() {
        String text = "a".repeat(60_000);
        assertThat(matches("*[" + "b".repeat(4 << 20) + "]", text)).isFalse();
        assertThat(matches("*[" + "b-c".repeat(1 << 20) + "a]", text)).isTrue();
        Glob stars = new Glob(("*".repeat(4 << 20) + "b").getBytes(ISO_8859_1));
        for (int i = 0; i < 100_000; i++) {
            assertThat(stars.matches(new byte[] {'b'}, 0, 1)).isTrue();
        }
    }

    @Test
    void what_needs_a_longer_text_than_there_is_matches_none() {
        assertThat(matches("[a]".repeat(65_536), "a".repeat(65_536))).isTrue();
        assertThat(matches("[a]".repeat(65_537), "a".repeat(65_536))).isFalse();
        assertThat(matches("?".repeat(1 << 20) + "*", "a".repeat(65_536))).isFalse();
    }

    private static String text(SplittableRandom random, String alphabet, int lengthMax) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(lengthMax + 1); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** The rules, one by one: slow and plain. */
    private static boolean reference(String p, String t) {
        if (p.isEmpty() || t.isEmpty()) {
            return t.isEmpty() && p.chars().allMatch(c -> c == '*');
        }
        char first = p.charAt(0);
        if (first == '*') {
            return reference(p.substring(1), t) || reference(p, t.substring(1));
        }
        if (first == '?') {
            return reference(p.substring(1), t.substring(1));
        }
        if (first == '[') {
            return referenceClass(p, t);
        }
        int literal = first == '\\' && p.length() > 1 ? 1 : 0;
        return p.charAt(literal) == t.charAt(0) && reference(p.substring(literal + 1), t.substring(1));
    }

    private static boolean referenceClass(String p, String t) {
        int i = 1;
        boolean negated = i < p.length() && p.charAt(i) == '^';
        i += negated ? 1 : 0;
        boolean hit = false;
        char found = t.charAt(0);
        while (i < p.length() && p.charAt(i) != ']') {
            if (p.charAt(i) == '\\' && i + 1 < p.length()) {
                hit |= p.charAt(i + 1) == found;
                i += 2;
            } else if (i + 2 < p.length() && p.charAt(i + 1) == '-') {
                char a = p.charAt(i);
                char b = p.charAt(i + 2);
                hit |= Math.min(a, b) <= found && found <= Math.max(a, b);
                i += 3;
            } else {
                hit |= p.charAt(i) == found;
                i++;
            }
        }
        return hit != negated && reference(p.substring(Math.min(i + 1, p.length())), t.substring(1));
    }
}
