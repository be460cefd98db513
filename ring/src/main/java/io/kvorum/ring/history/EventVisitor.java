package io.kvorum.ring.history;

/** What is done with each kind of event. */
public interface EventVisitor {
    /** The cluster was created. */
    void created(Event.Created event);

    /** A member joined, or told anew where it stands. */
    void joined(Event.Joined event);

    /** A plan was committed. */
    void planCommitted(Event.PlanCommitted event);

    /** An owner consented to give partitions up. */
    void moved(Event.Moved event);

    /** Owners changed. */
    void settled(Event.Settled event);

    /** A member asked to leave. */
    void leaving(Event.Leaving event);

    /** A member left. */
    void left(Event.Left event);

    /** The operator removed a member. */
    void removed(Event.Removed event);

    /** The operator replaced a member. */
    void replaced(Event.Replaced event);

    /** Everything was flushed. */
    void flushed(Event.Flushed event);

    /** A value was set for the whole cluster. */
    void configured(Event.Configured event);

    /** Events were compacted: this is what they came to. */
    void compacted(Event.Compacted event);

    /** A later version of the software wrote something this one does not know. */
    void opaque(Event.Opaque event);
}
