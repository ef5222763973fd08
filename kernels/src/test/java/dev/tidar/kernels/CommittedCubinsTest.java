package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The committed cubins")
class CommittedCubinsTest {

    private final CubinTable table = CubinTable.read(KernelFiles.CUBINS);

    @Test
    void areOfThePtxBesideThem() {
        Map<String, String> expected = new TreeMap<>();
        expected.put("tidar-sm80.ptx", KernelFiles.digest(KernelFiles.PTX));
        for (String architecture : KernelFiles.ARCHITECTURES) {
            String name = KernelFiles.cubin(architecture);
            expected.put(name, KernelFiles.digest(KernelFiles.OUTPUT.resolve(name)));
        }

        assertThat(table.hashes())
                .as("after a change run: mvn -Pkernels -pl kernels generate-resources")
                .isEqualTo(expected);
    }

    @Test
    void haveALineForEachKernelAndArchitecture() {
        assertThat(table.cells().keySet())
                .containsExactlyInAnyOrderElementsOf(Pattern.compile("\\.entry (\\w+)\\(")
                        .matcher(KernelFiles.read(KernelFiles.PTX))
                        .results()
                        .map((MatchResult entry) -> entry.group(1))
                        .flatMap(kernel -> KernelFiles.ARCHITECTURES.stream().map(a -> kernel + " " + a))
                        .collect(Collectors.toList()));
    }
}
