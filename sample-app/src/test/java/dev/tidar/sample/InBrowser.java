package dev.tidar.sample;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Tests of pages of a running application, in a browser with a fresh profile for each class. */
@RequiresChromium
abstract class InBrowser {

    static final Path SCREENSHOTS = Path.of("target", "screenshots");
    static final String ENTER = "\uE007";

    static Browser browser;

    @LocalServerPort
    int port;

    @BeforeAll
    static void startBrowser(@TempDir Path profile) throws IOException {
        browser = Browser.start(profile);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    void open(String page) {
        browser.open("http://127.0.0.1:" + port + page);
    }
}
