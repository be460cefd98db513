package io.kvorum.tools;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A RESP server that knows scripted answers alone, on an ephemeral port of loopback. Commands are compared as their
 * words joined by blanks. Unknown commands get Redis's error. What is no array is a line, as memcached's clients send
 * it; the value of its set is left out of the words.
 */
public final class FakeServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, Deque<String>> answersInTurn = new ConcurrentHashMap<>();
    private final Map<String, String> answersByName = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> clients = new CopyOnWriteArrayList<>();

    private FakeServer(ServerSocket socket) {
        this.socket = socket;
    }

    public static FakeServer start() throws IOException {
        FakeServer server = new FakeServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        startThread(server::accept);
        return server;
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Answers this very command; an empty answer closes the connection instead. */
    public FakeServer answer(String command, String reply) {
        answers.put(command, reply);
        return this;
    }

    /** Answers this very command by one reply after the other, and by the last of them from then on. */
    public FakeServer answerInTurn(String command, String... replies) {
        answersInTurn.put(command, new ArrayDeque<>(List.of(replies)));
        return this;
    }

    /** Answers all commands of this name that have no answer of their own. */
    public FakeServer answerAll(String name, String reply) {
        answersByName.put(name, reply);
        return this;
    }

    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                clients.add(client);
                startThread(() -> serve(client));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            while (true) {
                String command = readCommand(in);
                requests.add(command);
                String name = command.split(" ", 2)[0];
                String reply = answers.getOrDefault(
                        command, answersByName.getOrDefault(name, "-ERR unknown command '" + name + "'\r\n"));
                Deque<String> inTurn = answersInTurn.get(command);
                if (inTurn != null) {
                    reply = inTurn.size() > 1 ? inTurn.remove() : inTurn.element();
                }
                if (reply.isEmpty()) {
                    return;
                }
                client.getOutputStream().write(reply.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (EOFException | SocketException gone) {
            return;
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static String readCommand(DataInputStream in) throws IOException {
        String first = readLine(in);
        if (!first.startsWith("*")) {
            if (first.startsWith("set ")) {
                in.skipNBytes(Long.parseLong(first.split(" ", -1)[4]) + 2);
            }
            return first;
        }
        int count = Integer.parseInt(first.substring(1));
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] word = new byte[Integer.parseInt(readLine(in).substring(1))];
            in.readFully(word);
            in.skipNBytes(2);
            words.add(new String(word, StandardCharsets.ISO_8859_1));
        }
        return String.join(" ", words);
    }

    private static String readLine(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\r'; c = in.readUnsignedByte()) {
            line.append((char) c);
        }
        in.skipNBytes(1);
        return line.toString();
    }

    private static void startThread(Runnable task) {
        Thread thread = new Thread(task, "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket client : clients) {
            client.close();
        }
    }
}
