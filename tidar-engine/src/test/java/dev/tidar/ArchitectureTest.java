package dev.tidar;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Who may see whom in the engine; docs/architecture.md draws the picture. */
@AnalyzeClasses(packages = "dev.tidar", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Lowest line first. A package uses only packages on lines before its own. */
    private static final List<List<String>> LINES = List.of(
            List.of("dev.tidar.json", "dev.tidar.text.jinja.value"),
            List.of(
                    "dev.tidar.tensor",
                    "dev.tidar.api",
                    "dev.tidar.text.jinja.library",
                    "dev.tidar.text.tokenizer.unicode"),
            List.of("dev.tidar.file", "dev.tidar.checkpoint.family", "dev.tidar.text.jinja.tree"),
            List.of(
                    "dev.tidar.sampling",
                    "dev.tidar.backend.cuda.driver",
                    "dev.tidar.text.answer",
                    "dev.tidar.text.tokenizer.part",
                    "dev.tidar.text.jinja.syntax",
                    "dev.tidar.text.grammar.automaton",
                    "dev.tidar.text.grammar.vocabulary"),
            List.of(
                    "dev.tidar.step",
                    "dev.tidar.hub",
                    "dev.tidar.backend.cuda.memory",
                    "dev.tidar.checkpoint.rope",
                    "dev.tidar.checkpoint.safetensors",
                    "dev.tidar.text.grammar.rule",
                    "dev.tidar.text.tokenizer.normalizer",
                    "dev.tidar.text.tokenizer.splitter",
                    "dev.tidar.text.jinja"),
            List.of(
                    "dev.tidar.backend.cuda.step",
                    "dev.tidar.backend.weights",
                    "dev.tidar.checkpoint.quantized",
                    "dev.tidar.text.tokenizer.bpe",
                    "dev.tidar.text.grammar.schema"),
            List.of("dev.tidar.backend.cpu", "dev.tidar.backend.cuda", "dev.tidar.text.tokenizer"),
            List.of("dev.tidar.backend.jni"),
            List.of(
                    "dev.tidar.backend",
                    "dev.tidar.checkpoint",
                    "dev.tidar.text.grammar",
                    "dev.tidar.text.chat",
                    "dev.tidar.kvcache"),
            List.of("dev.tidar.model"),
            List.of("dev.tidar.draft"),
            List.of("dev.tidar.decode"),
            List.of("dev.tidar.emission", "dev.tidar.auto", "dev.tidar.delivery", "dev.tidar.activity"),
            List.of("dev.tidar.schedule"),
            List.of("dev.tidar.load"),
            List.of("dev.tidar"));

    @ArchTest
    static final ArchRule every_package_has_its_line = classes()
            .should()
            .resideInAnyPackage(packages(LINES))
            .because(
                    "a package that is on no line escapes the other rules; give it one here and in docs/architecture.md");

    @ArchTest
    static final ArchRule packages_use_only_lower_lines = CompositeArchRule.of(
                    LINES.stream().flatMap(ArchitectureTest::usesOnlyLowerLines).toList())
            .as("packages should use only packages on lower lines")
            .because("what a reader has read from the bottom up is enough to understand the next line");

    @ArchTest
    static final ArchRule packages_have_no_cycles = slices().matching("dev.tidar.(**)")
            .should()
            .beFreeOfCycles()
            .because("packages in a cycle are one package with two names");

    @ArchTest
    static final ArchRule only_the_cuda_driver_knows_jcuda = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidar.backend.cuda.driver")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jcuda..")
            .because("a CPU-only application must run without JCuda on its class path");

    @ArchTest
    static final ArchRule only_loading_knows_the_hub = noClasses()
            .that()
            .resideOutsideOfPackages("dev.tidar.hub", "dev.tidar.load", "dev.tidar")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.tidar.hub")
            .because("everything else is given a folder, wherever it comes from");

    @ArchTest
    static final ArchRule only_the_hub_knows_the_network = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidar.hub")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http..")
            .because("a model in a folder needs no network, and one place keeps the token");

    @ArchTest
    static final ArchRule only_the_cpu_backend_knows_the_vector_api = noClasses()
            .that()
            .resideOutsideOfPackage("..backend.cpu..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..")
            .because(
                    "without --add-modules the classes that name it cannot be loaded; one place chooses the plain loops");

    @ArchTest
    static final ArchRule only_one_package_makes_json_mappers = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidar.json")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("tools\\.jackson\\..*(JsonMapper|ObjectMapper|JsonFactory)")
            .because("JSON from outside is bounded in one place");

    @ArchTest
    static final ArchRule nothing_knows_djl = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..")
            .because("native code that meets a hostile file or a short heap ends the process; tests alone ask it");

    @ArchTest
    static final ArchRule text_has_the_classes_of_one_unicode_version = noClasses()
            .that()
            .resideInAPackage("dev.tidar.text.tokenizer..")
            .should()
            .callMethod(Character.class, "getType", int.class)
            .orShould()
            .callMethod(Character.class, "isLetter", int.class)
            .orShould()
            .callMethod(Character.class, "isAlphabetic", int.class)
            .orShould()
            .callMethod(Character.class, "isWhitespace", char.class)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.regex.Pattern")
            .because(
                    "the JDK's classes depend on the JDK, and so would token ids; an engine for expressions has no bound");

    @ArchTest
    static final ArchRule book_keeping_and_parsing_know_no_device = noClasses()
            .that()
            .resideInAnyPackage(
                    "..json..",
                    "..file..",
                    "..kvcache..",
                    "..sampling..",
                    "..tokenizer..",
                    "..chat..",
                    "..checkpoint..",
                    "..grammar..",
                    "..jinja..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..backend..")
            .because("numbers in, numbers out: their tests need no device and take microseconds");

    @ArchTest
    static final ArchRule the_algorithm_reaches_the_device_only_through_the_model = noClasses()
            .that()
            .resideInAnyPackage("..decode..", "..schedule..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..backend..")
            .allowEmptyShould(true)
            .because("the decode loop reads like the paper, and the paper has no device");

    @ArchTest
    static final ArchRule the_decode_loop_knows_no_text = noClasses()
            .that()
            .resideInAPackage("..decode..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..text..", "..emission..")
            .because(
                    "tokens become answers after the loop, on the far side of TokenSink; what restricts them comes in as a Constraint");

    @ArchTest
    static final ArchRule the_engine_knows_no_framework = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "reactor..", "org.reactivestreams..", "io.micrometer..")
            .because("the engine offers a listener; the starter adapts it");

    @ArchTest
    static final ArchRule nothing_prints = noClasses()
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("a library logs; standard output belongs to the application");

    @ArchTest
    static final ArchRule nothing_reads_settings_after_the_options = noClasses()
            .should()
            .callMethod(System.class, "getProperty", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class, String.class)
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(Boolean.class, "getBoolean", String.class)
            .orShould()
            .callMethod(Integer.class, "getInteger", String.class)
            .because("EngineOptions says all that can be set; a hidden switch is found by nobody");

    /** F102 of the bad inputs: the clock of the machine jumps. */
    @ArchTest
    static final ArchRule nothing_measures_with_a_clock_that_jumps = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidar.text.chat") // templates may print the date
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock")
            .orShould()
            .callMethod(Instant.class, "now")
            .because("waits, limits and durations come from one monotonic clock, whatever is done to the wall clock");

    @ArchTest
    static final ArchRule no_static_field_can_change = fields().that()
            .areStatic()
            .should()
            .beFinal()
            .allowEmptyShould(true)
            .because("two engines in one JVM share nothing");

    @ArchTest
    static final ArchRule names_say_something = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Base|Data|Info)")
            .because("such a name fits every class, so it tells nothing about this one");

    private static Stream<ArchRule> usesOnlyLowerLines(List<String> line) {
        List<List<String>> ownAndUpper = LINES.subList(LINES.indexOf(line), LINES.size());
        return line.stream()
                .map(name -> noClasses()
                        .that()
                        .resideInAPackage(name)
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(Stream.of(packages(ownAndUpper))
                                .filter(other -> !other.equals(name))
                                .toArray(String[]::new))
                        .allowEmptyShould(true));
    }

    private static String[] packages(List<List<String>> lines) {
        return lines.stream().flatMap(List::stream).toArray(String[]::new);
    }
}
