package org.virtnft.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plan of the house: each package has one reason, one foreign library at most, and looks one way. */
class ArchitectureTest {

    private static final String ROOT = "org.virtnft";

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    @DisplayName("enough classes were looked at for the rules to mean something")
    void enoughWasScanned() {
        assertTrue(PRODUCT.size() >= 70, () -> "only " + PRODUCT.size() + " classes");
        Set<String> packages = new TreeSet<>();
        PRODUCT.forEach(each -> packages.add(each.getPackageName().substring(ROOT.length() + 1)));
        Set<String> known = new TreeSet<>(List.of(
                "adoption",
                "cli",
                "definitions",
                "demo",
                "doctor",
                "enabling",
                "files",
                "flows",
                "hook",
                "host",
                "kernel",
                "libvirt",
                "network",
                "report",
                "ruleset",
                "state",
                "transaction",
                "xml"));
        assertEquals(known, packages);
    }

    @Test
    @DisplayName(
            "nothing flows back: network <- xml, ruleset <- kernel, state <- flows <- transaction <- hook, demo, cli; definitions on state and xml")
    void dependenciesPointOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("network")
                .definedBy(room("network"))
                .layer("xml")
                .definedBy(room("xml"))
                .layer("ruleset")
                .definedBy(room("ruleset"))
                .layer("files")
                .definedBy(room("files"))
                .layer("kernel")
                .definedBy(room("kernel"))
                .layer("state")
                .definedBy(room("state"))
                .layer("flows")
                .definedBy(room("flows"))
                .layer("transaction")
                .definedBy(room("transaction"))
                .layer("definitions")
                .definedBy(room("definitions"))
                .layer("libvirt")
                .definedBy(room("libvirt"))
                .layer("host")
                .definedBy(room("host"))
                .layer("hook")
                .definedBy(room("hook"))
                .layer("demo")
                .definedBy(room("demo"))
                .layer("doctor")
                .definedBy(room("doctor"))
                .layer("report")
                .definedBy(room("report"))
                .layer("adoption")
                .definedBy(room("adoption"))
                .layer("enabling")
                .definedBy(room("enabling"))
                .layer("cli")
                .definedBy(room("cli"))
                .whereLayer("network")
                .mayNotAccessAnyLayer()
                .whereLayer("files")
                .mayNotAccessAnyLayer()
                .whereLayer("xml")
                .mayOnlyAccessLayers("network")
                .whereLayer("ruleset")
                .mayOnlyAccessLayers("network")
                .whereLayer("kernel")
                .mayOnlyAccessLayers("network", "ruleset")
                .whereLayer("state")
                .mayOnlyAccessLayers("network", "ruleset", "files")
                .whereLayer("flows")
                .mayOnlyAccessLayers("network", "ruleset", "kernel", "state")
                .whereLayer("transaction")
                .mayOnlyAccessLayers("network", "ruleset", "kernel", "state", "flows")
                .whereLayer("definitions")
                .mayOnlyAccessLayers("network", "xml", "ruleset", "state", "files", "transaction")
                .whereLayer("libvirt")
                .mayOnlyAccessLayers("network", "definitions")
                .whereLayer("host")
                .mayOnlyAccessLayers("files")
                .whereLayer("hook")
                .mayOnlyAccessLayers(
                        "network", "xml", "ruleset", "kernel", "state", "flows", "transaction", "definitions")
                .whereLayer("demo")
                .mayOnlyAccessLayers("network", "xml", "ruleset", "kernel", "state", "transaction", "host")
                .whereLayer("doctor")
                .mayOnlyAccessLayers("network", "kernel", "host")
                .whereLayer("report")
                .mayOnlyAccessLayers(
                        "network", "xml", "ruleset", "kernel", "state", "transaction", "definitions", "host", "doctor")
                .whereLayer("adoption")
                .mayOnlyAccessLayers(
                        "network",
                        "xml",
                        "ruleset",
                        "kernel",
                        "files",
                        "state",
                        "transaction",
                        "definitions",
                        "libvirt",
                        "host",
                        "report")
                .whereLayer("enabling")
                .mayOnlyAccessLayers(
                        "network", "xml", "kernel", "state", "transaction", "definitions", "host", "doctor")
                .whereLayer("cli")
                .mayOnlyAccessLayers(
                        "network",
                        "xml",
                        "ruleset",
                        "kernel",
                        "state",
                        "flows",
                        "transaction",
                        "definitions",
                        "libvirt",
                        "host",
                        "demo",
                        "doctor",
                        "report",
                        "adoption",
                        "enabling")
                .whereLayer("libvirt")
                .mayOnlyBeAccessedByLayers("adoption", "cli")
                .check(PRODUCT);
    }

    @Test
    @DisplayName("no two packages need each other")
    void packagesAreFreeOfCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    @ParameterizedTest(name = "{0} only in {1}")
    @DisplayName(
            "each foreign library stays in its own package; Gson in two (commands write JSON, the doctor reads nft's),"
                    + " JNA too (libvirt-java does not know a network's ports)")
    @CsvSource({
        "com.sun.jna, kernel libvirt",
        "org.libvirt, libvirt",
        "org.jdom2, xml",
        "picocli, cli",
        "com.google.gson, cli doctor",
    })
    void librariesStayAtHome(String library, String homes) {
        String[] rooms = Stream.of(homes.split(" ")).map(ArchitectureTest::room).toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(rooms)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library + "..")
                .check(PRODUCT);
        for (String home : rooms) {
            assertTrue(
                    PRODUCT.that(JavaClass.Predicates.resideInAPackage(home)).stream()
                            .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
                            .anyMatch(each ->
                                    each.getTargetClass().getPackageName().startsWith(library)),
                    "a rule about a library that nobody uses says nothing");
        }
    }

    @Test
    @DisplayName("the hook reaches, by whatever way, no command, no libvirt, no demo and none of their libraries")
    void theHookStaysSmall() {
        noClasses()
                .that()
                .resideInAPackage(room("hook"))
                .should()
                .transitivelyDependOnClassesThat()
                .resideInAnyPackage(
                        room("cli"),
                        room("libvirt"),
                        room("host"),
                        room("demo"),
                        room("doctor"),
                        room("report"),
                        room("adoption"),
                        room("enabling"),
                        "org.libvirt..",
                        "picocli..",
                        "com.google.gson..")
                .check(PRODUCT);
    }

    @Test
    @DisplayName("every package says what it is for, and that nothing in it is null unless marked so")
    void packagesAreNullMarked() {
        Set<String> without = new TreeSet<>();
        for (JavaPackage each : PRODUCT.getPackage(ROOT).getSubpackages()) {
            if (!each.isAnnotatedWith(NullMarked.class)) {
                without.add(each.getName());
            }
        }
        assertEquals(Set.of(), without, "packages without package-info.java or its @NullMarked");
    }

    @Test
    @DisplayName("only the two ways in end the process; everything else can be called by a test")
    void onlyTheMainsExit() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".cli.Main")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".hook.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(PRODUCT);
    }

    @Test
    @DisplayName("only the two ways in know standard output and standard error")
    void onlyTheMainsPrint() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".cli.Main")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".hook.Main")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(PRODUCT);
    }

    @Test
    @DisplayName("no java.util.logging: 95 ms of a hook's start, for lines that nobody reads")
    void noJavaUtilLogging() {
        GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(PRODUCT);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.System$Logger")
                .check(PRODUCT);
    }

    private static String room(String name) {
        return ROOT + "." + name + "..";
    }
}
