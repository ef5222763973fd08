package dev.tidar.openai;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The API on WebFlux")
class ApiOnWebFluxTest extends ApiContract {

    ApiOnWebFluxTest() {
        super(TestApi.onWebFlux());
    }
}
