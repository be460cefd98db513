package io.kvorum.tests.durability;

/**
 * Something that was to be so, and whether it is.
 *
 * @param limit in words: {@code at most 3}
 */
record Verdict(String what, double value, String limit, boolean met) {
    static Verdict atMost(String what, double value, double limit) {
        return new Verdict(what, value, "at most " + number(limit), value <= limit);
    }

    static Verdict atLeast(String what, double value, double limit) {
        return new Verdict(what, value, "at least " + number(limit), value >= limit);
    }

    /** For what must not have happened. */
    static Verdict none(String what, long count) {
        return new Verdict(what, (double) count, "none", count == 0);
    }

    String shown() {
        return number(value);
    }

    private static String number(double value) {
        return Outcome.number(value);
    }
}
