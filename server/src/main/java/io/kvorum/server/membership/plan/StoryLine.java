package io.kvorum.server.membership.plan;

import io.kvorum.ring.history.Event;

/**
 * One event of the history as people would tell it.
 *
 * @param event the event, or the one that stands for it
 * @param millis since 1970, by its author's clock; 0 for the events of a cluster's birth, which have no time
 * @param by the author's name; {@code birth} for what no single node made
 * @param kind one word
 * @param sentence what happened
 */
public record StoryLine(Event event, long millis, String by, String kind, String sentence) {}
