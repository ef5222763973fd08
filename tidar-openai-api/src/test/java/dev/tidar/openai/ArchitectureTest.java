package dev.tidar.openai;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What this module may use, and which of its packages use which. */
@AnalyzeClasses(packages = "dev.tidar.openai", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule engine_and_starter_are_used_through_their_public_packages = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.tidar..")
                    .and(not(resideInAnyPackage("dev.tidar.api", "dev.tidar.spring", "dev.tidar.openai..")))
                    .and(not(simpleNameEndingWith("AutoConfiguration"))))
            .because("every answer goes through the chat model, which has its defaults, salts and observations");

    @ArchTest
    static final ArchRule packages_use_only_packages_below_them = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("wiring")
            .definedBy("dev.tidar.openai.autoconfigure")
            .layer("web")
            .definedBy("dev.tidar.openai.web")
            .layer("completions")
            .definedBy("dev.tidar.openai")
            .layer("request")
            .definedBy("dev.tidar.openai.request")
            .layer("error")
            .definedBy("dev.tidar.openai.error")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("completions")
            .mayOnlyBeAccessedByLayers("web", "wiring")
            .whereLayer("request")
            .mayOnlyBeAccessedByLayers("completions")
            .because("a stranger reads from the top");

    @ArchTest
    static final ArchRule only_two_packages_know_a_web_stack = noClasses()
            .that()
            .resideInAnyPackage("dev.tidar.openai", "dev.tidar.openai.request", "dev.tidar.openai.error")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.web..", "org.springframework.http..", "jakarta.servlet..")
            .because("what is answered does not depend on who sends it");

    @ArchTest
    static final ArchRule no_static_field_can_change =
            fields().that().areStatic().should().beFinal().because("two application contexts in one JVM share nothing");

    @ArchTest
    static final ArchRule names_say_something = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Base|Data|Info)")
            .because("such a name fits every class, so it tells nothing about this one");
}
