package io.kvorum.tests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What {@code tests/fuzz/run} needs beside the fuzzer: names of the targets, inputs to begin with, one input again. */
public final class FuzzTool {
    private static final long SEED = 1;

    private FuzzTool() {}

    /** {@code list}, {@code seeds TARGET DIRECTORY} or {@code replay TARGET FILE...}. */
    public static void main(String[] arguments) throws Exception {
        List<String> words = List.of(arguments);
        if (words.equals(List.of("list"))) {
            FuzzTargets.all().forEach(target -> System.out.println(target.name()));
        } else if (words.size() == 3 && words.get(0).equals("seeds")) {
            writeSeeds(FuzzTargets.named(words.get(1)), Path.of(words.get(2)));
        } else if (words.size() > 2 && words.get(0).equals("replay")) {
            replay(words);
        } else {
            throw new IllegalArgumentException("list | seeds TARGET DIRECTORY | replay TARGET FILE...");
        }
    }

    private static void writeSeeds(FuzzTarget target, Path directory) throws IOException {
        Files.createDirectories(directory);
        List<byte[]> inputs = new ArrayList<>(target.seeds(new SplittableRandom(SEED)));
        inputs.addAll(Corpus.of(target));
        for (int i = 0; i < inputs.size(); i++) {
            Files.write(directory.resolve("seed-" + i), inputs.get(i));
        }
    }

    private static void replay(List<String> words) throws Exception {
        LeakWatch leaks = LeakWatch.install();
        try (FuzzTarget target = FuzzTargets.named(words.get(1))) {
            for (String file : words.subList(2, words.size())) {
                byte[] input = Files.readAllBytes(Path.of(file));
                System.out.println("line of the corpus: " + Corpus.line(input));
                target.run(input);
                System.out.println(target.name() + " keeps its promise of " + file);
            }
        }
        leaks.checkAll();
    }
}
