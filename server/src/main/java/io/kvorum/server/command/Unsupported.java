package io.kvorum.server.command;

import java.util.List;

/**
 * What Redis has and Kvorum has not, by family: the names of its commands, why they are not there, and what to use instead.
 * These are no rows of the table, so that COMMAND does not know them; they only make an error helpful.
 *
 * <p>A sub-command is named {@code container|name}; a name that ends with a dot stands for all that begin with it.
 */
enum Unsupported {
    HASHES(
            "hashes come later, as a type that replicas can merge. Use a key for each field, or one value for all fields"
                    + " (KV.PUT, whose context shows what was written at the same time)",
            "hdel hexists hexpire hexpireat hexpiretime hget hgetall hgetdel hgetex hincrby hincrbyfloat hkeys hlen hmget"
                    + " hmset hpersist hpexpire hpexpireat hpexpiretime hpttl hrandfield hscan hset hsetex hsetnx hstrlen"
                    + " httl hvals"),
    SETS(
            "sets come later, as a type that replicas can merge. Use a key for each member (SET, EXISTS, DEL, SCAN MATCH), or"
                    + " one value for all members (KV.PUT)",
            "sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember"
                    + " srem sscan sunion sunionstore"),
    SORTED_SETS(
            "sorted sets come later, as a type that replicas can merge. Use INCR on a key for each member, and sort in the"
                    + " application",
            "bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount"
                    + " zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem"
                    + " zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank"
                    + " zscan zscore zunion zunionstore"),
    LISTS(
            "lists and queues need one order that all replicas agree on, and Kvorum takes writes on every replica. Use a"
                    + " broker for queues; APPEND, or one value for the whole list (KV.PUT)",
            "blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset"
                    + " ltrim rpop rpoplpush rpush rpushx"),
    STREAMS(
            "streams need one order that all replicas agree on, and Kvorum takes writes on every replica. Use a log or a"
                    + " broker made for it",
            "xack xackdel xadd xautoclaim xcfgset xclaim xdel xdelex xgroup xinfo xlen xpending xrange xread xreadgroup"
                    + " xrevrange xsetid xtrim"),
    GEO(
            "geo commands work on sorted sets, which Kvorum has not. Keep coordinates as values, and search in the"
                    + " application",
            "geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch"
                    + " geosearchstore"),
    HYPERLOGLOG(
            "HyperLogLogs come later, as a type that replicas can merge. Use INCR for counts, SETBIT and BITCOUNT for"
                    + " counts of what is distinct and numbered",
            "pfadd pfcount pfdebug pfmerge pfselftest"),
    VECTOR_SETS(
            "Kvorum keeps values and does not search in them. Keep vectors as values",
            "vadd vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrange vrem vsetattr vsim"),
    SORTING("there are no lists and sets to sort. Sort in the application, after MGET", "sort sort_ro"),
    TRANSACTIONS(
            "a transaction would need the owners of all its keys to agree before each answer. Every command changes a key"
                    + " in one step: INCR, SET NX, XX and GET; KV.PUT with the context of what was read takes the place of"
                    + " WATCH; to send many at once use a pipeline without MULTI",
            "exec msetex multi watch"),
    SCRIPTS(
            "a script would have to run on one node and read keys of others. Every command changes a key in one step; for"
                    + " more read with KV.GET and write with KV.PUT and the context, again if there are siblings",
            "eval eval_ro evalsha evalsha_ro fcall fcall_ro function|delete function|dump function|kill function|load"
                    + " function|restore script|debug script|load script|show tfcall tfcallasync tfunction"),
    PUBLISHING(
            "no node passes on messages. Use a broker; to notice changes read again, SET with a short expiry, or KV.GET,"
                    + " whose context changes with the value",
            "psubscribe publish spublish ssubscribe subscribe"),
    MONITORING(
            "a copy of every command to one client would slow all others. Use SLOWLOG, INFO commandstats and /metrics",
            "hotkeys monitor"),
    REPLICATION(
            "there are no masters and replicas: every node takes reads and writes, and keys are on several nodes by"
                    + " themselves (replication.n). Members come and go with KV.CLUSTER or `kvorum ctl`",
            "failover psync replconf replicaof slaveof sync trimslots"),
    MOVING_KEYS(
            "partitions move by themselves as members come and go. To copy keys into another cluster read them with GET or"
                    + " KV.GET and write them there",
            "migrate restore-asking"),
    SLOTS(
            "the members' ring says who has which slots. Members come and go with KV.CLUSTER or `kvorum ctl`",
            "cluster|addslots cluster|addslotsrange cluster|bumpepoch cluster|delslots cluster|delslotsrange"
                    + " cluster|failover cluster|flushslots cluster|forget cluster|meet cluster|migration cluster|replicate"
                    + " cluster|count-failure-reports cluster|replicas cluster|slaves"
                    + " cluster|reset cluster|saveconfig cluster|set-config-epoch cluster|setslot"),
    DATABASES("there is one database, 0, as in Redis Cluster. Use a prefix of the key", "move swapdb"),
    SAVING(
            "a node journals writes and makes checkpoints by itself, as `sync` says. Use KV.BACKUP START for a copy of all"
                    + " data, INFO persistence for the state",
            "bgrewriteaof bgsave save"),
    USERS(
            "there is one user, default, who may do everything once the password is shown. Set requirepass, or give each"
                    + " application a cluster of its own",
            "acl|deluser acl|dryrun acl|genpass acl|getuser acl|load acl|log acl|save acl|setuser"),
    MODULES(
            "no modules can be loaded, and none is part of Kvorum. Keep documents as values",
            "bf. cf. cms. ft. graph. json. module|load module|loadex module|unload tdigest. topk. ts."),
    DEBUGGING(
            "it would stop the node or touch what holds its copies together. KV.WHERE and KV.VERSIONS show a key's copies,"
                    + " /metrics and KV.STATUS the node",
            "debug|aof debug|assert debug|change-repl-id debug|client-enforce-reply-list debug|client-eviction"
                    + " debug|cluster-link-kill debug|config-rewrite-force-all debug|crash-and-recover debug|dict-resizing"
                    + " debug|dictresizing debug|digest debug|digest-value debug|drop-cluster-packet-filter debug|error"
                    + " debug|hide-parameters debug|htstats debug|htstats-key debug|jmap debug|leak debug|listpack"
                    + " debug|listpack-entries debug|loadaof debug|log debug|mallctl debug|mallctl-str debug|oom"
                    + " debug|panic debug|pause-cron debug|populate debug|protocol debug|quicklist"
                    + " debug|quicklist-packed-threshold debug|reload debug|replicate debug|replybuffer debug|repl-pause"
                    + " debug|restart debug|script debug|sdslen debug|segfault debug|set-active-expire"
                    + " debug|set-disable-deny-scripts debug|sleep-after-fork-seconds debug|stringmatch-len debug|structsize"
                    + " debug|ziplist");

    private final String reason;
    private final String names;

    Unsupported(String reason, String names) {
        this.reason = reason;
        this.names = names;
    }

    /** Why it is not there, a semicolon or full stop, and what to use instead; no full stop at the end. */
    String reason() {
        return reason;
    }

    /** In lower case. */
    List<String> names() {
        return List.of(names.split(" ", -1));
    }
}
