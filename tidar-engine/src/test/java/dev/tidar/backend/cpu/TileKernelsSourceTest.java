package dev.tidar.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class TileKernelsSourceTest {

    @Test
    void theCommittedTileKernelsAreWhatTheGeneratorWrites() throws IOException {
        assertThat(Files.readString(TileKernelsSource.FILE)).isEqualToIgnoringWhitespace(TileKernelsSource.render());
    }
}
