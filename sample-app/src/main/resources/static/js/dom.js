// Elements from data. Text always becomes a text node, so nothing a model or a user writes is ever markup.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A new element; children are elements or texts. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** A button that calls back when pressed. */
export function button(className, label, press) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** Replaces the entries of a definition list by [term, value] pairs. */
export function define(list, entries) {
  list.replaceChildren(...entries.map(([term, value]) => element("div", "", element("dt", "", term), element("dd", "", value))));
}

/** A number with a fixed count of decimals, grouped as the reader's language does. */
export const figure = (value, decimals = 0) =>
  value.toLocaleString(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** A count with its noun. */
export const plural = (count, noun) => `${figure(count)} ${noun}${count === 1 ? "" : "s"}`;

/** The header of a column ("col") or a row ("row") of a table. */
export function header(scope, text) {
  const made = element("th", "", text);
  made.scope = scope;
  return made;
}
