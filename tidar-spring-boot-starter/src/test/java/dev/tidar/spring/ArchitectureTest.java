package dev.tidar.spring;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the starter may use of the engine, and how its auto-configurations look. */
@AnalyzeClasses(packages = "dev.tidar.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String AUTO_CONFIGURATION = "org.springframework.boot.autoconfigure.AutoConfiguration";

    @ArchTest
    static final ArchRule the_engine_is_used_through_its_two_public_packages = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.tidar..")
                    .and(not(resideInAnyPackage("dev.tidar", "dev.tidar.api", "dev.tidar.spring.."))))
            .allowEmptyShould(true)
            .because("everything else of the engine may change without notice to anybody");

    @ArchTest
    static final ArchRule only_auto_configuration_knows_how_beans_are_wired = noClasses()
            .that()
            .resideInAPackage("dev.tidar.spring")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tidar.spring.autoconfigure..", "org.springframework.boot.autoconfigure..")
            .allowEmptyShould(true)
            .because("the chat model can be built by hand, without Boot's conditions");

    @ArchTest
    static final ArchRule auto_configurations_are_final = classes()
            .that()
            .areAnnotatedWith(AUTO_CONFIGURATION)
            .should()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL)
            .allowEmptyShould(true)
            .because("nobody extends them; applications replace beans");

    @ArchTest
    static final ArchRule auto_configurations_offer_beans_and_no_methods = methods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(AUTO_CONFIGURATION)
            .should()
            .notBePublic()
            .allowEmptyShould(true)
            .because("a public bean method is an API that nobody meant to give");

    @ArchTest
    static final ArchRule no_static_field_can_change = fields().that()
            .areStatic()
            .should()
            .beFinal()
            .allowEmptyShould(true)
            .because("two application contexts in one JVM share nothing");

    @ArchTest
    static final ArchRule names_say_something = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Base|Data|Info)")
            .allowEmptyShould(true)
            .because("such a name fits every class, so it tells nothing about this one");
}
