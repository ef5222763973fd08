package dev.tidar.text.jinja.value;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Python's operators on any values: arithmetic, concatenation, repetition, formatting, order and {@code in}. */
public final class Operators {

    private Operators() {}

    /** Applies {@code + - * / // % **}. */
    public static Value calculate(String operator, Value left, Value right, Budget budget) {
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.calculate(operator, left, right);
        }
        if (operator.equals("%") && left instanceof Text format) {
            return PercentFormat.format(format.value(), right, budget);
        }
        if (operator.equals("+") && left instanceof Text a && right instanceof Text b) {
            return new Output(budget).append(a.value()).append(b.value()).toValue();
        }
        if (operator.equals("+") && left instanceof Sequence a && right instanceof Sequence b && joins(a, b)) {
            return concatenate(a, b, budget);
        }
        if (operator.equals("*") && Numbers.integer(right).isPresent() && isRepeatable(left)) {
            return repeat(left, Numbers.integer(right).get(), budget);
        }
        if (operator.equals("*") && Numbers.integer(left).isPresent() && isRepeatable(right)) {
            return repeat(right, Numbers.integer(left).get(), budget);
        }
        throw unfit(operator, left, right);
    }

    private static TemplateException unfit(String operator, Value left, Value right) {
        if (left instanceof Value.Undefined undefined) {
            return undefined.missing();
        }
        if (right instanceof Value.Undefined undefined) {
            return undefined.missing();
        }
        return new TemplateException(
                "%s cannot be applied to a %s and a %s".formatted(operator, left.type(), right.type()));
    }

    private static boolean joins(Sequence left, Sequence right) {
        return left.kind() == right.kind() && isRepeatable(left);
    }

    private static boolean isRepeatable(Value value) {
        return value instanceof Text
                || value instanceof Sequence sequence
                        && (sequence.kind() == Sequence.Kind.LIST || sequence.kind() == Sequence.Kind.TUPLE);
    }

    private static Value concatenate(Sequence left, Sequence right, Budget budget) {
        budget.spendElements(left.items().size() + right.items().size());
        List<Value> items = new ArrayList<>(left.items());
        items.addAll(right.items());
        return Sequence.of(left.kind(), items, budget);
    }

    private static Value repeat(Value value, long count, Budget budget) {
        if (value instanceof Text text) {
            return new Output(budget).repeat(text.value(), count).toValue();
        }
        Sequence sequence = (Sequence) value;
        long copies = Math.max(0, count);
        budget.spendProduct(4L * sequence.items().size(), copies);
        List<Value> items = new ArrayList<>();
        for (long i = 0; !sequence.items().isEmpty() && i < copies; i++) {
            items.addAll(sequence.items());
        }
        return Sequence.of(sequence.kind(), items, budget);
    }

    /** Applies {@code == != < <= > >= in} and {@code not in}. */
    public static boolean holds(String operator, Value left, Value right, Budget budget) {
        return switch (operator) {
            case "==" -> equal(left, right, budget);
            case "!=" -> !equal(left, right, budget);
            case "in" -> contains(right, left, budget);
            case "not in" -> !contains(right, left, budget);
            default -> ordered(operator, left, right, budget);
        };
    }

    private static boolean ordered(String operator, Value left, Value right, Budget budget) {
        int order = compare(left, right, budget);
        if (isNan(left) || isNan(right)) {
            return false;
        }
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static boolean isNan(Value value) {
        return value instanceof Value.Real number && Double.isNaN(number.value());
    }

    public static boolean equal(Value left, Value right, Budget budget) {
        budget.spend(1);
        if (left instanceof Text a && right instanceof Text b) {
            budget.spend(Math.min(a.value().length(), b.value().length()));
            return a.value().equals(b.value());
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return !isNan(left) && !isNan(right) && compareNumbers(left, right) == 0;
        }
        if (left instanceof Sequence a && right instanceof Sequence b) {
            return a.kind() == b.kind() && equalItems(a.items(), b.items(), budget);
        }
        if (left instanceof Dict a && right instanceof Dict b) {
            return equalEntries(a, b, budget);
        }
        if (left instanceof Value.Undefined && right instanceof Value.Undefined) {
            return true;
        }
        return left == right;
    }

    private static boolean equalItems(List<Value> left, List<Value> right, Budget budget) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i), budget)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalEntries(Dict left, Dict right, Budget budget) {
        budget.spend(left.length().orElse(0));
        List<Dict.Entry> entries = left.entries();
        return entries.size() == right.entries().size()
                && entries.stream()
                        .allMatch(entry -> right.find(entry.key())
                                .map(other -> equal(entry.value(), other, budget))
                                .orElse(false));
    }

    /** Compares two values that Python can order; NaN sorts after all numbers. */
    public static int compare(Value left, Value right, Budget budget) {
        budget.spend(1);
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof Text a && right instanceof Text b) {
            budget.spend(Math.min(a.value().length(), b.value().length()));
            return compareCodePoints(a.value(), b.value());
        }
        if (left instanceof Sequence a && right instanceof Sequence b && a.kind() == b.kind() && a.isIndexed()) {
            return compareItems(a.items(), b.items(), budget);
        }
        if (left instanceof Value.Undefined undefined) {
            throw undefined.missing();
        }
        if (right instanceof Value.Undefined undefined) {
            throw undefined.missing();
        }
        throw new TemplateException("a %s and a %s have no order".formatted(left.type(), right.type()));
    }

    private static int compareNumbers(Value left, Value right) {
        if (left instanceof Value.Int a && right instanceof Value.Int b) {
            return Long.compare(a.value(), b.value());
        }
        double a = Numbers.real(left).orElseThrow();
        double b = Numbers.real(right).orElseThrow();
        if (!Double.isFinite(a) || !Double.isFinite(b)) {
            return Double.compare(a, b);
        }
        return decimal(left).compareTo(decimal(right));
    }

    private static BigDecimal decimal(Value number) {
        return number instanceof Value.Real real
                ? new BigDecimal(real.value())
                : BigDecimal.valueOf(Numbers.integer(number).orElseThrow());
    }

    /** Compares by code points, like Python; Java itself compares by UTF-16 code units. */
    private static int compareCodePoints(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            if (a.charAt(i) != b.charAt(i)) {
                int start = i > 0 && Character.isHighSurrogate(a.charAt(i - 1)) ? i - 1 : i;
                return Integer.compare(a.codePointAt(start), b.codePointAt(start));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int compareItems(List<Value> left, List<Value> right, Budget budget) {
        int common = Math.min(left.size(), right.size());
        for (int i = 0; i < common; i++) {
            if (!equal(left.get(i), right.get(i), budget)) {
                return compare(left.get(i), right.get(i), budget);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private static boolean contains(Value container, Value item, Budget budget) {
        if (container instanceof Text text) {
            if (!(item instanceof Text part)) {
                throw new TemplateException("a str can only contain a str, not a " + item.type());
            }
            budget.spendSearch(text.value().length(), part.value().length());
            return text.value().contains(part.value());
        }
        if (container instanceof Dict dict) {
            return dict.find(item).isPresent();
        }
        for (Value element : container.elements(budget)) {
            if (equal(element, item, budget)) {
                return true;
            }
        }
        return false;
    }
}
