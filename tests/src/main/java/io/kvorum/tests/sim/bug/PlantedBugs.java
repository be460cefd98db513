package io.kvorum.tests.sim.bug;

import java.util.List;

/** The bugs to find: for every promise at least one that breaks it. */
public final class PlantedBugs {
    private PlantedBugs() {}

    /** All of them. */
    public static List<PlantedBug> all() {
        return List.of(
                new PlantedBug("acknowledge before writing", "reads see what was done", Writing::early),
                new PlantedBug("last arrival wins", "nothing is lost", seed -> Writing.lastWins()),
                new PlantedBug("drop amendments at rest", "copies agree", seed -> Writing.withoutAmendments()),
                new PlantedBug("drop an increment", "increments are exact", seed -> Writing.withoutAmendments()),
                new PlantedBug("drop an expiry", "expiries stand", seed -> Writing.withoutAmendments()),
                new PlantedBug("ship deltas", "nothing is lost", seed -> Shipping.deltas()),
                new PlantedBug("answer reads with deltas", "contexts", seed -> Shipping.readDeltas()),
                new PlantedBug("run a forwarded command twice", "increments are exact", seed -> Shipping.twice()),
                new PlantedBug("stamp a flush by one clock", "a flush takes all", seed -> Shipping.oneClock()),
                new PlantedBug("take back what was flushed", "a flush takes all", seed -> Copies.takingFlushedBack()),
                new PlantedBug("be deaf to news of the ring", "rings agree", seed -> Shipping.deafToNews()),
                new PlantedBug("call all copies equal", "copies agree", seed -> Shipping.allEqual()),
                new PlantedBug("fetch nothing", "copies agree", seed -> Shipping.nothingFetched()),
                new PlantedBug("refuse pulls", "settling", seed -> Shipping.refusedPulls()),
                new PlantedBug("reuse an actor after a loss", "actors end", seed -> Copies.withOldActors()),
                new PlantedBug("trust a copy that lost its data", "nothing is lost", seed -> Copies.trusted()),
                new PlantedBug("draw stamps outside the lock", "errors", seed -> Copies.withStaleStamps()),
                new PlantedBug("reap a tombstone at once", "nothing comes back", seed -> Copies.reapedAtOnce()),
                new PlantedBug("reap in spite of hints", "nothing comes back", 5, seed -> Reaping.withoutHints()),
                new PlantedBug("acknowledge before forcing", "nothing is lost", seed -> Storing.unforced()),
                new PlantedBug("keep actors when killed", "actors end", seed -> Storing.endedInOrder()),
                new PlantedBug(
                        "trust a disk that lost power", "reads see what was done", seed -> Storing.forcedAlways()),
                new PlantedBug("start without the journal", "lives go on", seed -> Storing.withoutReplay()),
                new PlantedBug("let the journal go too early", "lives go on", seed -> Storing.early()),
                new PlantedBug("take a change for checkpointed", "lives go on", seed -> Storing.stale()),
                new PlantedBug("fail for good once a disk failed", "disks recover", seed -> Storing.failedForGood()),
                new PlantedBug("forget a hint when it is sent", "hints arrive", seed -> Hinting.removedWhenSent()),
                new PlantedBug(
                        "forget what came while a hint was sent", "hints arrive", seed -> Hinting.removedUnseen()),
                new PlantedBug("never hand off", "hints arrive", seed -> Hinting.neverHandedOff()),
                new PlantedBug("say that a hint is kept", "nothing is lost", seed -> Hinting.notKept()),
                new PlantedBug(
                        "answer on after giving up", "reads see what was done", 5, seed -> Moving.withoutGivingUp()),
                new PlantedBug(
                        "move without comparing", "reads see what was done", 5, seed -> Moving.withoutComparing()),
                new PlantedBug("reuse the actor of a hint", "contexts", seed -> Hinting.underOneActor()),
                new PlantedBug("supersede all that is kept", "contexts", seed -> Hinting.overAll()),
                new PlantedBug("claim the record's vector for a write", "contexts", seed -> Telling.wholeVector()),
                new PlantedBug("ignore the context of a write", "siblings are concurrent", seed -> Telling.noContext()),
                new PlantedBug("say TRYAGAIN when in doubt", "errors are honest", seed -> Telling.dishonestErrors()),
                new PlantedBug("forget a reply", "answers", seed -> Telling.forgottenReplies()),
                new PlantedBug("read one replica", "reads see what was done", seed -> Telling.oneReplica()));
    }
}
