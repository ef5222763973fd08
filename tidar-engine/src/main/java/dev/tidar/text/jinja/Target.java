package dev.tidar.text.jinja;

import java.util.List;

/** What an assignment assigns to. */
sealed interface Target {

    void assign(Value value, Rendering rendering);

    record Name(String name) implements Target {
        @Override
        public void assign(Value value, Rendering rendering) {
            rendering.scope().set(name, value);
        }
    }

    /** {@code namespace.attribute}. */
    record Member(String namespace, String attribute) implements Target {
        @Override
        public void assign(Value value, Rendering rendering) {
            if (!(rendering.lookup(namespace) instanceof Namespace owner)) {
                throw new TemplateException(
                        "'%s' must be a namespace to assign to its '%s'".formatted(namespace, attribute));
            }
            owner.set(attribute, value);
        }
    }

    /** Several targets, each for one element of a value. */
    record Unpacked(List<Target> targets) implements Target {
        @Override
        public void assign(Value value, Rendering rendering) {
            if (value instanceof Value.Undefined missing) {
                throw missing.refusal();
            }
            List<Value> elements = value.elements(rendering.budget());
            if (elements.size() != targets.size()) {
                throw new TemplateException("a value to unpack must have %d elements, but has %d"
                        .formatted(targets.size(), elements.size()));
            }
            for (int i = 0; i < elements.size(); i++) {
                targets.get(i).assign(elements.get(i), rendering);
            }
        }
    }
}
