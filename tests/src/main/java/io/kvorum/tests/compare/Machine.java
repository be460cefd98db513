package io.kvorum.tests.compare;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where it was measured; absolute numbers mean nothing without it. */
public record Machine(String kernel, String processor, int cores, long memoryBytes, String jdk) {
    /** This one. */
    public static Machine here() throws IOException {
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                ProcessAccounts.processor(),
                Runtime.getRuntime().availableProcessors(),
                ProcessAccounts.machineMemoryBytes(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    }

    /** In one line. */
    public String text() {
        return cores + " cores (" + processor + "), " + kernel + ", " + jdk;
    }

    /** For the file. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kernel", kernel);
        json.put("processor", processor);
        json.put("cores", cores);
        json.put("memory-bytes", memoryBytes);
        json.put("jdk", jdk);
        return json;
    }
}
