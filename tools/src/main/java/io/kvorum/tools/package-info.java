/** The launcher, the admin tool and the load generator. Talk to nodes through the wire alone. */
@NullMarked
package io.kvorum.tools;

import org.jspecify.annotations.NullMarked;
