package dev.tidar.text.jinja.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;

/** Python's arithmetic on 64-bit integers and on floats; a result beyond 64 bits is an error. */
public final class Numbers {

    /** This number of digits is enough to distinguish any two doubles. */
    private static final int MAX_DIGITS = 17;

    private Numbers() {}

    /** Returns the integer that a value represents; booleans are 0 and 1, as in Python. */
    public static Optional<Long> integer(Value value) {
        if (value instanceof Value.Int number) {
            return Optional.of(number.value());
        }
        return value instanceof Value.Bool bool ? Optional.of(bool.value() ? 1L : 0L) : Optional.empty();
    }

    /** Returns the number that a value represents, as a float. */
    public static Optional<Double> real(Value value) {
        return value instanceof Value.Real number
                ? Optional.of(number.value())
                : integer(value).map(Long::doubleValue);
    }

    public static boolean isNumber(Value value) {
        return value instanceof Value.Real || value instanceof Value.Int || value instanceof Value.Bool;
    }

    /** Applies {@code + - * / // % **} to two numbers. */
    public static Value calculate(String operator, Value left, Value right) {
        Optional<Long> a = integer(left);
        Optional<Long> b = integer(right);
        boolean whole = a.isPresent() && b.isPresent() && !operator.equals("/");
        if (whole && !(operator.equals("**") && b.get() < 0)) {
            return integers(operator, a.get(), b.get());
        }
        return Value.of(reals(operator, real(left).orElseThrow(), real(right).orElseThrow()));
    }

    private static Value integers(String operator, long a, long b) {
        try {
            return Value.of(
                    switch (operator) {
                        case "+" -> Math.addExact(a, b);
                        case "-" -> Math.subtractExact(a, b);
                        case "*" -> Math.multiplyExact(a, b);
                        case "//" -> b == -1 ? Math.negateExact(a) : Math.floorDiv(a, nonZero(b));
                        case "%" -> Math.floorMod(a, nonZero(b));
                        default -> power(a, b);
                    });
        } catch (ArithmeticException overflow) {
            throw outOfRange();
        }
    }

    private static long power(long base, long exponent) {
        long result = 1;
        long square = base;
        for (long rest = exponent; rest > 0; rest >>= 1) {
            if ((rest & 1) != 0) {
                result = Math.multiplyExact(result, square);
            }
            if (rest > 1) {
                square = Math.multiplyExact(square, square);
            }
        }
        return result;
    }

    private static double reals(String operator, double a, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / nonZero(b);
            case "//" -> floorDivide(a, nonZero(b));
            case "%" -> modulo(a, nonZero(b));
            default -> power(a, b);
        };
    }

    private static double floorDivide(double a, double b) {
        double quotient = (a - modulo(a, b)) / b;
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double modulo(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(0.0, b);
        }
        return (rest < 0) == (b < 0) ? rest : rest + b;
    }

    private static double power(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw divisionByZero();
        }
        double result = Math.pow(base, exponent);
        boolean finite = Double.isFinite(base) && Double.isFinite(exponent);
        if (finite && !Double.isFinite(result)) {
            throw outOfRange();
        }
        return result;
    }

    private static long nonZero(long divisor) {
        if (divisor == 0) {
            throw divisionByZero();
        }
        return divisor;
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw divisionByZero();
        }
        return divisor;
    }

    private static TemplateException divisionByZero() {
        return new TemplateException("a divisor must not be zero");
    }

    private static TemplateException outOfRange() {
        return new TemplateException("numbers must stay within 64 bits");
    }

    /** Converts a double to an integer, truncated towards zero. */
    public static Value truncate(double value) {
        if (!(Math.abs(value) < 0x1p63)) {
            throw outOfRange();
        }
        return Value.of((long) value);
    }

    public static Value negate(Value value) {
        if (value instanceof Value.Real number) {
            return Value.of(-number.value());
        }
        return integers("-", 0, integer(value).orElseThrow(() -> notANumber(value)));
    }

    public static Value plus(Value value) {
        return value instanceof Value.Real ? value : Value.of(integer(value).orElseThrow(() -> notANumber(value)));
    }

    public static Value absolute(Value value) {
        if (value instanceof Value.Real number) {
            return Value.of(Math.abs(number.value()));
        }
        return integer(value).orElseThrow(() -> notANumber(value)) < 0 ? negate(value) : plus(value);
    }

    private static TemplateException notANumber(Value value) {
        return value instanceof Value.Undefined undefined
                ? undefined.missing()
                : new TemplateException("a number is needed, but there is a " + value.type());
    }

    /** Rounds the exact value to this number of decimals, with ties to even, like Python's {@code round}. */
    public static Value round(Value value, long decimals) {
        int scale = (int) Math.max(-400, Math.min(400, decimals));
        if (value instanceof Value.Real number) {
            boolean exact = !Double.isFinite(number.value()) || number.value() == 0;
            double rounded = exact
                    ? number.value()
                    : new BigDecimal(number.value())
                            .setScale(scale, RoundingMode.HALF_EVEN)
                            .doubleValue();
            return Value.of(rounded == 0 ? Math.copySign(0.0, number.value()) : rounded);
        }
        long whole = integer(value).orElseThrow(() -> notANumber(value));
        return Value.of(BigDecimal.valueOf(whole)
                .setScale(Math.min(0, scale), RoundingMode.HALF_EVEN)
                .longValue());
    }

    /**
     * Returns Python's {@code repr} of a float: of the shortest digits that give the same double, the nearest ones.
     * Java's own {@code Double.toString} is not the shortest before JDK 19.
     */
    public static String shortest(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        return sign + (value == 0 ? "0.0" : layOut(shortestDecimal(Math.abs(value))));
    }

    private static BigDecimal shortestDecimal(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < MAX_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(MAX_DIGITS, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }

    /** Uses plain notation from 1e-4 to below 1e16, and otherwise an exponent of at least two digits. */
    private static String layOut(BigDecimal decimal) {
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = decimal.unscaledValue().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return "%s%se%s%02d".formatted(digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
