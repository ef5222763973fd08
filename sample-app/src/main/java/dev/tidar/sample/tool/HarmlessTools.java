package dev.tidar.sample.tool;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;

/**
 * What the model may call. Anybody can talk a model into any call, so these read a clock and reckon, and do nothing
 * else. What a tool throws is told to the model as its result.
 */
public final class HarmlessTools {

    private static final DateTimeFormatter SPOKEN =
            DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu, HH:mm", Locale.ENGLISH);

    private final InstantSource clock;

    public HarmlessTools(InstantSource clock) {
        this.clock = clock;
    }

    /** What {@code calculate} does with its numbers. */
    public enum Operation {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE
    }

    /**
     * The time, as people say it.
     *
     * @throws java.time.DateTimeException if there is no such zone
     */
    @Tool(name = "time_in_zone", description = "Tells the date and the time now in a time zone.")
    public String timeInZone(@ToolParam(description = "the name of the zone, such as Asia/Tokyo") String zone) {
        return SPOKEN.format(clock.instant().atZone(ZoneId.of(zone)));
    }

    /**
     * The result in 16 decimal digits, without trailing zeros.
     *
     * @throws ArithmeticException on a division by zero
     */
    @Tool(name = "calculate", description = "Adds, subtracts, multiplies or divides two numbers.")
    public String calculate(double first, Operation operation, double second) {
        BigDecimal a = BigDecimal.valueOf(first);
        BigDecimal b = BigDecimal.valueOf(second);
        BigDecimal result = switch (operation) {
            case ADD -> a.add(b);
            case SUBTRACT -> a.subtract(b);
            case MULTIPLY -> a.multiply(b);
            case DIVIDE -> a.divide(b, MathContext.DECIMAL64);
        };
        return result.round(MathContext.DECIMAL64).stripTrailingZeros().toPlainString();
    }
}
