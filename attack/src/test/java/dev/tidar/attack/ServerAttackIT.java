package dev.tidar.attack;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The sample under attack")
@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "signals and shells are those of POSIX")
class ServerAttackIT {

    @ParameterizedTest(name = "{0}: serves or rejects each of {1} cases")
    @CsvSource({"http, 60", "signals, 1", "heap, 1", "environments, 1", "vanishing, 40"})
    void servesOrRejectsEachCase(String attack, int cases) throws InterruptedException {
        SmallAttack.assertNoneFails(attack, cases);
    }
}
