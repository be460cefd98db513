package io.kvorum.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may import whom: the arrows of ARCHITECTURE.md, which all point one way. */
class ArchitectureTest {
    private static JavaClasses classes;

    @BeforeAll
    static void read_the_modules() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.kvorum");
    }

    @Test
    void codec_knows_no_other_module() {
        noClasses()
                .that()
                .resideInAPackage("io.kvorum.codec..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.kvorum.ring..", "io.kvorum.storage..", "io.kvorum.server..", "io.kvorum.tools..")
                .check(classes);
    }

    @Test
    void the_binary_codec_needs_the_jdk_alone() {
        noClasses()
                .that()
                .resideInAPackage("io.kvorum.codec.binary..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "io.kvorum.codec.binary..", "org.jspecify..")
                .check(classes);
    }

    @Test
    void the_ring_is_pure() {
        noClasses()
                .that()
                .resideInAPackage("io.kvorum.ring..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "java.lang..",
                        "java.util",
                        "java.util.function..",
                        "java.util.random..",
                        "java.util.stream..",
                        "java.math..",
                        "java.nio",
                        "java.nio.charset..",
                        "java.security..",
                        "io.kvorum.ring..",
                        "io.kvorum.codec.binary..",
                        "net.openhft.hashing..",
                        "org.jspecify..")
                .check(classes);
    }

    @Test
    void storage_knows_neither_the_network_nor_the_ring() {
        noClasses()
                .that()
                .resideInAPackage("io.kvorum.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "io.kvorum.ring..",
                        "io.kvorum.server..",
                        "io.kvorum.tools..",
                        "io.kvorum.codec.resp..",
                        "io.kvorum.codec.peer..")
                .check(classes);
    }

    @Test
    void tools_talk_to_nodes_through_the_wire_alone() {
        noClasses()
                .that()
                .resideInAPackage("io.kvorum.tools..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kvorum.server..", "io.kvorum.ring..", "io.kvorum.storage..")
                .check(classes);
    }

    @Test
    void the_coordinator_sees_no_socket_no_metric_library_and_no_thread() {
        noClasses()
                .that()
                .resideInAnyPackage("io.kvorum.server.coordinator..", "io.kvorum.server.replica..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "com.codahale..", "java.util.concurrent..", "java.net..")
                .check(classes);
    }

    @Test
    void nothing_depends_on_the_tests() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kvorum.tests..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.kvorum.tests..")
                .check(classes);
    }

    @Test
    void the_comparison_sees_servers_as_processes_alone() {
        noClasses()
                .that()
                .resideInAPackage("io.kvorum.tests.compare..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kvorum.server..", "io.kvorum.ring..", "io.kvorum.storage..")
                .check(classes);
    }

    @Test
    void packages_form_no_cycle() {
        slices().matching("io.kvorum.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void nothing_global_changes() {
        fields().that().areStatic().should().beFinal().check(classes);
    }
}
