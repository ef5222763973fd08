package dev.tidar.attack;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The engine under attack")
class EngineAttackIT {

    @ParameterizedTest(name = "{0}: serves or rejects each of {1} cases")
    @CsvSource({"engine, 300", "files, 10", "prompts, 2", "schemas, 2"})
    void servesOrRejectsEachCase(String attack, int cases) throws InterruptedException {
        SmallAttack.assertNoneFails(attack, cases);
    }
}
