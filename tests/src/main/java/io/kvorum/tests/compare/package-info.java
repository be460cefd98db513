/**
 * The comparison: Kvorum and another server in turn under the same load, and a table of what each of them took for it.
 * {@code CompareCommand} reads the options, {@code Comparison} starts servers and lets each {@code Experiment} run,
 * {@code Report} makes the table and the JSON. A server to compare with is a {@code Contender}: one small class. All of
 * it runs on the thread of the command; nothing here imports the server, which it starts as a process like the others.
 */
@NullMarked
package io.kvorum.tests.compare;

import org.jspecify.annotations.NullMarked;
