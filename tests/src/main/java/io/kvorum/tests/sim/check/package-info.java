/** The promises of the design, a small file each: what is watched for, during a run or at its end. */
@NullMarked
package io.kvorum.tests.sim.check;

import org.jspecify.annotations.NullMarked;
