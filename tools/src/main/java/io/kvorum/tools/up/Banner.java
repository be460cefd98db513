package io.kvorum.tools.up;

import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.List;

/** What a user needs to know once the cluster is up: where it is, and what to type. */
final class Banner {
    private Banner() {}

    static String ready(List<NodeSpec> nodes, List<Boolean> isReady, long tookNanos) {
        Table table = Table.of("node", "redis", "memcached", "http", "log");
        int first = isReady.indexOf(true);
        int count = 0;
        for (int i = 0; i < nodes.size(); i++) {
            NodeSpec node = nodes.get(i);
            if (isReady.get(i)) {
                count++;
                table.row(
                        node.name(),
                        NodeSpec.HOST + ":" + node.port(),
                        NodeSpec.HOST + ":" + node.memcachedPort(),
                        "http://" + NodeSpec.HOST + ":" + node.httpPort(),
                        node.log());
            }
        }
        int port = nodes.get(first).port();
        String portOption = port == NodeSpec.DEFAULT_PORT ? "" : " --port " + port;
        String program = System.getProperty("kvorum.program", "kvorum");
        Table hints = Table.plain()
                .row("try it", "redis-cli -p " + port + " SET hello world")
                .row(
                        "",
                        "redis-cli -c -p "
                                + nodes.get(isReady.lastIndexOf(true)).port() + " GET hello")
                .row("look", program + " ctl status" + portOption)
                .row("", program + " ctl key versions hello" + portOption)
                .row("load", program + " bench --rate 5000 --duration 10" + portOption)
                .row("stop", "Ctrl-C");
        String whole = count == nodes.size()
                ? count + (count == 1 ? " node" : " nodes")
                : count + " of " + nodes.size() + " nodes";
        return whole + " ready in " + Units.decimal(tookNanos / 1e9, 1) + " s\n\n" + table.render("  ") + "\n"
                + hints.render("  ") + "\n";
    }
}
