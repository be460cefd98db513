package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.config.Secret;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replies of the handshake, byte for byte as redis-server 7 gives them, but for names and versions. */
class ConnectionCommandsTest {
    private static final String OK = "+OK\r\n";
    private static final String NO_AUTH = "-NOAUTH Authentication required.\r\n";
    private static final String WRONGPASS = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

    private final CommandBench open = CommandBench.alone();
    private final CommandBench locked = new CommandBench(1, 1, Secret.of("secret"), List.of(), Runnable::run);

    @Test
    void hello_describes_the_node_in_the_shape_of_each_protocol() {
        String facts = "$6 server $5 redis $7 version $5 7.4.0 $5 proto :%d $2 id :7 $4 mode $10 standalone"
                + " $4 role $6 master $7 modules *0";
        CommandBench.Client client = open.client();
        assertThat(client.run("hello")).isEqualTo(lines("*14 " + facts.formatted(2)));
        assertThat(client.run("hello", "3")).isEqualTo(lines("%7 " + facts.formatted(3)));
        assertThat(client.run("get", "none")).isEqualTo("_\r\n");
        assertThat(client.run("hello", "2")).isEqualTo(lines("*14 " + facts.formatted(2)));
        assertThat(client.run("get", "none")).isEqualTo("$-1\r\n");
    }

    @Test
    void hello_refuses_in_redis_words() {
        CommandBench.Client client = open.client();
        assertThat(client.run("hello", "4")).isEqualTo("-NOPROTO unsupported protocol version\r\n");
        assertThat(client.run("hello", "x")).isEqualTo("-ERR Protocol version is not an integer or out of range\r\n");
        assertThat(client.run("hello", "3", "foo")).isEqualTo("-ERR Syntax error in HELLO option 'foo'\r\n");
        assertThat(client.run("hello", "3", "AUTH", "default"))
                .isEqualTo("-ERR Syntax error in HELLO option 'AUTH'\r\n");
        assertThat(client.run("hello", "3", "setname", "a b"))
                .isEqualTo("-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
        assertThat(client.session.protocol()).isEqualTo(2);
    }

    @Test
    void a_stranger_may_do_nothing_but_show_who_it_is() {
        List<String> allowed = new ArrayList<>();
        for (Command row : locked.loop.table().rows()) {
            if (row.subcommands().isEmpty() && !row.is(CommandFlag.NO_AUTH)) {
                List<String> words = new ArrayList<>(List.of(row.name().split("\\|")));
                while (words.size() < Math.abs(row.arity())) {
                    words.add("1");
                }
                assertThat(locked.run(words.toArray(new String[0])))
                        .as(row.name())
                        .isEqualTo(NO_AUTH);
            } else if (row.subcommands().isEmpty()) {
                allowed.add(row.name());
            }
        }
        assertThat(allowed).containsExactly("auth", "hello", "quit", "reset");
        assertThat(locked.run("hello", "3"))
                .startsWith("-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO"
                        + " <proto> AUTH <user> <pass> option can be used");
    }

    @Test
    void the_right_password_opens_and_the_wrong_one_does_not() {
        CommandBench.Client client = locked.client();
        assertThat(client.run("auth", "wrong")).isEqualTo(WRONGPASS);
        assertThat(client.run("auth", "bob", "secret")).isEqualTo(WRONGPASS);
        assertThat(client.run("auth", "default", "wrong")).isEqualTo(WRONGPASS);
        assertThat(client.run("auth", "a", "b", "c")).isEqualTo("-ERR syntax error\r\n");
        assertThat(client.run("get", "k")).isEqualTo(NO_AUTH);
        assertThat(client.run("auth", "default", "secret")).isEqualTo(OK);
        assertThat(client.run("get", "k")).isEqualTo("$-1\r\n");
        assertThat(client.run("auth", "wrong")).as("who is in stays in").isEqualTo(WRONGPASS);
        assertThat(client.run("ping")).isEqualTo("+PONG\r\n");
        assertThat(locked.run("auth", "secret")).isEqualTo(OK);
    }

    @Test
    void hello_authenticates_and_names_in_one_go() {
        CommandBench.Client client = locked.client();
        assertThat(client.run("hello", "3", "AUTH", "default", "wrong")).isEqualTo(WRONGPASS);
        assertThat(client.run("hello", "3", "AUTH", "default", "secret", "SETNAME", "me"))
                .startsWith("%7\r\n");
        assertThat(client.run("client", "getname")).isEqualTo("$2\r\nme\r\n");
    }

    @Test
    void without_a_password_auth_says_so() {
        assertThat(open.run("auth", "x"))
                .isEqualTo("-ERR AUTH <password> called without any password configured for the default user. Are you"
                        + " sure your configuration is correct?\r\n");
        assertThat(open.run("auth", "default", "x")).isEqualTo(OK);
        assertThat(open.run("auth", "bob", "x")).isEqualTo(WRONGPASS);
    }

    @Test
    void reset_makes_the_connection_as_it_was() {
        CommandBench.Client client = locked.client();
        client.run("hello", "3", "AUTH", "default", "secret", "SETNAME", "me");
        client.session.setSiblings(true);
        assertThat(client.run("reset")).isEqualTo("+RESET\r\n");
        assertThat(client.run("ping")).isEqualTo(NO_AUTH);
        client.run("auth", "secret");
        assertThat(client.run("client", "getname")).isEqualTo("$-1\r\n");
        assertThat(client.run("get", "k")).isEqualTo("$-1\r\n");
    }

    @Test
    void small_talk_is_as_in_redis() {
        assertThat(open.run("ping")).isEqualTo("+PONG\r\n");
        assertThat(open.run("ping", "hi")).isEqualTo("$2\r\nhi\r\n");
        assertThat(open.run("ping", "a", "b")).isEqualTo("-ERR wrong number of arguments for 'ping' command\r\n");
        assertThat(open.run("echo", "hi")).isEqualTo("$2\r\nhi\r\n");
        assertThat(open.run("select", "0")).isEqualTo(OK);
        assertThat(open.run("select", "1")).isEqualTo("-ERR DB index is out of range\r\n");
        assertThat(open.run("select", "x")).isEqualTo("-ERR value is not an integer or out of range\r\n");
        assertThat(open.run("select", "99999999999"))
                .isEqualTo("-ERR value is out of range, value must between -2147483648 and 2147483647\r\n");
        assertThat(open.run("readonly") + open.run("readwrite") + open.run("asking"))
                .isEqualTo(OK + OK + OK);
        assertThat(open.run("time")).isEqualTo("*2\r\n$4\r\n1000\r\n$1\r\n0\r\n");
        CommandBench.Client client = open.client();
        assertThat(client.run("quit")).isEqualTo(OK);
        assertThat(client.session.isClosing()).isTrue();
    }

    @Test
    void clients_describe_themselves_and_are_listed() {
        CommandBench.Client client = open.client();
        assertThat(open.loop.sessions().add(client.session, 10)).isTrue();
        assertThat(client.run("client", "id")).isEqualTo(":7\r\n");
        assertThat(client.run("client", "setname", "me")).isEqualTo(OK);
        assertThat(client.run("client", "setname", "a b"))
                .isEqualTo("-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
        assertThat(client.run("client", "setinfo", "lib-name", "jedis")).isEqualTo(OK);
        assertThat(client.run("client", "setinfo", "LIB-VER", "6.0")).isEqualTo(OK);
        assertThat(client.run("client", "setinfo", "x", "y")).isEqualTo("-ERR Unrecognized option 'x'\r\n");
        assertThat(client.run("client", "no-evict", "on")).isEqualTo(OK);
        assertThat(client.run("client", "no-touch", "maybe")).isEqualTo("-ERR syntax error\r\n");
        open.pass(3_000);
        assertThat(client.run("client", "list"))
                .contains("id=7 addr=127.0.0.1:5000 laddr=127.0.0.1:6379 ")
                .contains(" name=me age=3 idle=0 flags=e ")
                .contains(" resp=2 lib-name=jedis lib-ver=6.0\n");
        assertThat(client.run("client", "list", "id", "8")).isEqualTo("$0\r\n\r\n");
        assertThat(client.run("client", "list", "type", "normal")).contains("id=7 ");
        assertThat(client.run("client", "list", "type", "x")).isEqualTo("-ERR Unknown client type 'x'\r\n");
        client.run("hello", "3");
        assertThat(client.run("client", "info")).startsWith("=").contains("\r\ntxt:id=7 ");
    }

    @Test
    void commands_describe_themselves_in_redis_shapes() {
        assertThat(open.run("command", "info", "get", "nosuch"))
                .isEqualTo(lines("*2 *10 $3 get :2 *2 +readonly +fast :1 :1 :1 *3 +@read +@string +@fast *0 *1 *6"
                        + " $5 flags *2 +RO +access $12 begin_search *4 $4 type $5 index $4 spec *2 $5 index :1"
                        + " $9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 limit :0"
                        + " *0 $-1"));
        int count = open.loop.table().commands().size();
        assertThat(open.run("command", "count")).isEqualTo(":" + count + "\r\n");
        assertThat(open.run("command")).startsWith("*" + count + "\r\n*10\r\n");
        assertThat(open.run("command", "list", "filterby", "pattern", "client|getn*"))
                .isEqualTo("*1\r\n$14\r\nclient|getname\r\n");
        assertThat(open.run("command", "getkeys", "set", "a", "b")).isEqualTo("*1\r\n$1\r\na\r\n");
        assertThat(open.run("command", "getkeys", "ping")).isEqualTo("-ERR The command has no key arguments\r\n");
        assertThat(open.run("command", "getkeys", "nosuch")).isEqualTo("-ERR Invalid command specified\r\n");
        assertThat(open.run("command", "docs", "get"))
                .startsWith("*2\r\n$3\r\nget\r\n*12\r\n$7\r\nsummary\r\n")
                .contains("$9\r\nguarantee\r\n");
    }

    /** Each word a line of its own. */
    private static String lines(String words) {
        return words.replace(" ", "\r\n") + "\r\n";
    }
}
