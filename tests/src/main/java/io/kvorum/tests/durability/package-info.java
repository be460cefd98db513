/**
 * What durability costs, and whether it keeps its limits: experiments on one node that keeps its records on disk. Each is a
 * subcommand of {@code DurabilityCommand}, one class, and begins with what it shows; {@code Experiment} is what they have in
 * common, {@code Bench} what they work with, {@code Outcome} what they have to say. Servers, load generator and accounts
 * are those of {@code io.kvorum.tests.compare}. {@code ControlProcess} knows how long the machine itself stood still.
 */
@NullMarked
package io.kvorum.tests.durability;

import org.jspecify.annotations.NullMarked;
