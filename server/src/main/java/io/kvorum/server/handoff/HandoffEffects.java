package io.kvorum.server.handoff;

import java.util.List;

/** What the handoff wants done. Called from within its methods; must not call back into it. */
public interface HandoffEffects {
    /** How many hints are kept for a target now. */
    long held(int target);

    /** Read hints of a target, and report {@link HintedHandoff#onScanned} later, once. */
    void scan(int target, long fromPositionHigh, int bytesMax);

    /** Hand a hint to its target, and report {@link HintedHandoff#onAnswer} later, once. */
    void send(int target, long id, byte[] record);

    /** Remove the hint if it still is this record, and report {@link HintedHandoff#onRemoved} later, once. */
    void remove(int target, long id, byte[] record);

    /** The oldest bare hints for a target. */
    List<BareHints.Note> noted(int target, int max);

    /** Hand over this node's record of the key, read anew, and report {@link HintedHandoff#onAnswer} later, once. */
    void send(int target, long id, BareHints.Note note);

    /** The target has what the note was about. */
    void done(int target, BareHints.Note note);
}
