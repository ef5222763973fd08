package dev.tidar.routing;

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
@AnalyzeClasses(packages = "dev.tidar.routing", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule engine_and_starter_are_used_through_their_public_packages = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.tidar..")
                    .and(not(resideInAnyPackage("dev.tidar.api", "dev.tidar.spring", "dev.tidar.routing..")))
                    .and(not(simpleNameEndingWith("AutoConfiguration"))))
            .because("every answer of this application goes through its chat model");

    @ArchTest
    static final ArchRule packages_use_only_packages_below_them = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("wiring")
            .definedBy("dev.tidar.routing.autoconfigure")
            .layer("observation")
            .definedBy("dev.tidar.routing.observation")
            .layer("remote")
            .definedBy("dev.tidar.routing.remote")
            .layer("routing")
            .definedBy("dev.tidar.routing")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("observation")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("remote")
            .mayOnlyBeAccessedByLayers("wiring")
            .because("which node is asked does not depend on how it is reached");

    @ArchTest
    static final ArchRule only_one_package_knows_other_clients = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidar.routing.remote")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.openai..", "org.springframework.ai.openai..", "java.net.http..")
            .because("a node may be reached in another way one day");

    @ArchTest
    static final ArchRule no_static_field_can_change =
            fields().that().areStatic().should().beFinal().because("two application contexts in one JVM share nothing");

    @ArchTest
    static final ArchRule names_say_something = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Base|Data|Info)")
            .because("such a name fits every class, so it tells nothing about this one");
}
