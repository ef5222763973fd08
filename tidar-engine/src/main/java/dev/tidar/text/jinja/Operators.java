package dev.tidar.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** {@code + - * / // % **} on any values: arithmetic on numbers, concatenation, repetition and formatting on others. */
final class Operators {

    private Operators() {}

    static Value calculate(String operator, Value left, Value right, Budget budget) {
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
        throw refusal(operator, left, right);
    }

    private static TemplateException refusal(String operator, Value left, Value right) {
        if (left instanceof Value.Undefined missing) {
            return missing.refusal();
        }
        if (right instanceof Value.Undefined missing) {
            return missing.refusal();
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
}
