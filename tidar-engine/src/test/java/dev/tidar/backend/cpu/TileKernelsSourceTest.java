package dev.tidar.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TileKernelsSourceTest {

    @ParameterizedTest
    @EnumSource
    void theCommittedTileKernelsAreWhatTheGeneratorWrites(TileKernelsSource source) throws IOException {
        assertThat(Files.readString(source.file())).isEqualToIgnoringWhitespace(source.render());
    }
}
