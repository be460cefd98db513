package io.kvorum.tests.sim.plan;

import io.kvorum.tests.sim.story.KeyStory.Family;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a client may ask for, on keys of which families, and how often in proportion. */
public enum Operation {
    /** SET. */
    SET(20, Family.ETERNAL, Family.DELETED, Family.ENDING),
    /** SET among writes with contexts. */
    SET_CART(8, Family.CART),
    /** SET NX. */
    SET_NX(5, Family.ETERNAL, Family.DELETED, Family.ENDING),
    /** SET XX. */
    SET_XX(5, Family.ETERNAL),
    /** SET GET. */
    SET_GET(5, Family.ETERNAL),
    /** GETSET. */
    GETSET(4, Family.ETERNAL),
    /** APPEND. */
    APPEND(8, Family.ETERNAL),
    /** MSET of two keys. */
    MSET(5, Family.ETERNAL),
    /** GET. */
    GET(25, Family.values()),
    /** MGET of two keys. */
    MGET(6, Family.ETERNAL),
    /** KV.GET. */
    KV_GET(30, Family.CART, Family.DELETED, Family.ENDING),
    /** KV.MGET of two keys. */
    KV_MGET(5, Family.CART),
    /** KV.PUT with the newest context that the client has. */
    KV_PUT(30, Family.CART),
    /** KV.PUT with an empty context. */
    KV_PUT_BLIND(6, Family.CART),
    /** KV.PUT for one owner, or for all. */
    KV_PUT_QUORUM(5, Family.CART),
    /** KV.MPUT of two keys. */
    KV_MPUT(4, Family.CART),
    /** KV.PUT of a value that ends. */
    KV_PUT_PX(8, Family.ENDING),
    /** KV.DEL with the newest context that the client has. */
    KV_DEL(10, Family.DELETED),
    /** SET PX. */
    SET_PX(10, Family.ENDING),
    /** DEL. */
    DEL(10, Family.DELETED, Family.DELETED_COUNTER),
    /** GETDEL. */
    GETDEL(4, Family.DELETED),
    /** PEXPIREAT, soon. */
    PEXPIREAT(8, Family.ENDING, Family.ENDING_COUNTER),
    /** PEXPIREAT, long after the run. */
    PEXPIREAT_LATE(8, Family.ENDING, Family.ENDING_COUNTER),
    /** PERSIST. */
    PERSIST(3, Family.ENDING, Family.ENDING_COUNTER),
    /** GETEX PXAT. */
    GETEX(4, Family.ENDING),
    /** EXISTS. */
    EXISTS(4, Family.DELETED, Family.ENDING),
    /** INCRBY. */
    INCRBY(40, Family.COUNTER, Family.DELETED_COUNTER, Family.ENDING_COUNTER),
    /** DECRBY. */
    DECRBY(15, Family.COUNTER),
    /** FLUSHALL. */
    FLUSHALL(0),
    /** DBSIZE. */
    DBSIZE(0),
    /** KEYS. */
    KEYS(0);

    private final int weight;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final Set<Family> families;

    Operation(int weight, Family... families) {
        this.weight = weight;
        this.families = families.length == 0 ? EnumSet.noneOf(Family.class) : EnumSet.copyOf(Arrays.asList(families));
    }

    /** How often in proportion to the others of a family. */
    int weight() {
        return weight;
    }

    static List<Operation> of(Family family) {
        return Arrays.stream(values())
                .filter(operation -> operation.families.contains(family))
                .toList();
    }
}
