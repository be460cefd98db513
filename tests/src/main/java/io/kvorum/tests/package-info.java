/** Whole clusters, real clients, faults and the rules of the architecture. */
@NullMarked
package io.kvorum.tests;

import org.jspecify.annotations.NullMarked;
