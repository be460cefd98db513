package io.kvorum.tests.compare;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where it was measured; absolute numbers mean nothing without it. */
record Machine(String kernel, String processor, int cores, long memoryBytes, String jdk) {
    static Machine here() throws IOException {
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                ProcessAccounts.processor(),
                Runtime.getRuntime().availableProcessors(),
                ProcessAccounts.machineMemoryBytes(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kernel", kernel);
        json.put("processor", processor);
        json.put("cores", cores);
        json.put("memory-bytes", memoryBytes);
        json.put("jdk", jdk);
        return json;
    }
}
