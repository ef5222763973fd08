package dev.tidar.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * For the class of a test such as {@code @SpringBootTest}: the chat models of the application say what the test writes
 * into the bean {@link TidarScript}, all from one script where there are several models. No model is loaded, and
 * {@code tidar.model} need not be set. The script is reset after each test method.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureScriptedEngine {}
