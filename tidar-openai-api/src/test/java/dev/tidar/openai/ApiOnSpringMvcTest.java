package dev.tidar.openai;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The API on Spring MVC")
class ApiOnSpringMvcTest extends ApiContract {

    ApiOnSpringMvcTest() {
        super(TestApi.onSpringMvc());
    }
}
