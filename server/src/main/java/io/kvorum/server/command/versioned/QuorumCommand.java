package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.coordinator.RequestOptions;
import java.nio.charset.StandardCharsets;

/** KV.QUORUM: how many replicas the requests of a connection need where they do not say so themselves. */
final class QuorumCommand {
    private static final byte[] ON = "ON".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OFF = "OFF".getBytes(StandardCharsets.US_ASCII);
    private static final int FIELDS = 5;
    private static final String USAGE = CommandErrors.SYNTAX + ": KV.QUORUM [R n] [W n] [DW n] [STRICT on|off]";

    private QuorumCommand() {}

    static void run(Call call, VersionedSettings settings) {
        RespRequest request = call.request();
        if (request.argumentCount() == 1) {
            show(call, settings);
            return;
        }
        RequestOptions options = call.session().options();
        for (int i = 1; i < request.argumentCount(); i += 2) {
            Option option = Option.of(request, i);
            if (option == null || i + 1 == request.argumentCount()) {
                call.out().error(USAGE);
                return;
            }
            switch (option) {
                case R, W, DW -> {
                    int number = Options.replicas(call, option, i + 1);
                    if (number < 0) {
                        return;
                    }
                    options = Options.with(options, option, number);
                }
                case STRICT -> {
                    boolean on = request.matches(i + 1, ON);
                    if (!on && !request.matches(i + 1, OFF)) {
                        call.out().error(USAGE);
                        return;
                    }
                    options = new RequestOptions(options.r(), options.w(), options.dw(), on);
                }
                default -> {
                    call.out().error(USAGE);
                    return;
                }
            }
        }
        call.session().setOptions(options);
        call.out().ok();
    }

    private static void show(Call call, VersionedSettings settings) {
        RequestOptions options = call.session().options();
        call.out()
                .map(FIELDS)
                .bulk("n")
                .integer(call.view().ring().n())
                .bulk("r")
                .integer(options.r() == 0 ? settings.r() : options.r())
                .bulk("w")
                .integer(options.w() == 0 ? settings.w() : options.w())
                .bulk("dw")
                .integer(options.dw() == 0 ? settings.dw() : options.dw())
                .bulk("strict")
                .bulk(options.strict() ? "on" : "off");
    }
}
