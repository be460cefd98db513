package io.kvorum.tests.faults;

/**
 * What happens to the bytes that one node sends another.
 *
 * @param mode whether they arrive at all
 * @param delayNanosMin how long each piece is at least on its way; pieces never overtake each other
 * @param delayNanosMax how long at most, besides what a rate adds
 * @param bytesPerSecond of one connection; 0 for no bound
 * @param resetChance for each piece: that the connection ends instead
 */
record Rule(Mode mode, long delayNanosMin, long delayNanosMax, long bytesPerSecond, double resetChance) {
    private static final long MILLI = 1_000_000;

    /** As if there were nothing between the nodes. */
    static final Rule PASS = new Rule(Mode.PASS, 0, 0, 0, 0);

    /** The cable is out: nothing arrives until it is in again, and then all that was sent does, as with TCP. */
    static final Rule HOLD = new Rule(Mode.HOLD, 0, 0, 0, 0);

    /** Everything is taken and nothing arrives; a connection that lost bytes so is never of use again. */
    static final Rule SWALLOW = new Rule(Mode.SWALLOW, 0, 0, 0, 0);

    /** All connections are reset, new ones at once. */
    static final Rule REFUSE = new Rule(Mode.REFUSE, 0, 0, 0, 0);

    /** How bytes fare. */
    enum Mode {
        /** They arrive. */
        PASS,
        /** They wait. */
        HOLD,
        /** They vanish. */
        SWALLOW,
        /** There is no connection that they could be sent on. */
        REFUSE
    }

    /** Late by so much, one way. */
    static Rule delay(long millisMin, long millisMax) {
        return new Rule(Mode.PASS, millisMin * MILLI, millisMax * MILLI, 0, 0);
    }

    /** So many bytes a second, on each connection. */
    static Rule throttle(long bytesPerSecond) {
        return new Rule(Mode.PASS, 0, 0, bytesPerSecond, 0);
    }

    /** Each piece that is sent may be the end of its connection. */
    static Rule resets(double chance) {
        return new Rule(Mode.PASS, 0, 0, 0, chance);
    }
}
