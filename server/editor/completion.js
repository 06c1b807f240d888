// Completion from what the release uses: prefixed names, values by their label, variables, keywords.
import { pickedCompletion } from "@codemirror/autocomplete";
import { declaration, isQuoted } from "./declare.js";

const WORDS =
  "SELECT ASK CONSTRUCT DESCRIBE WHERE DISTINCT FROM NAMED GRAPH OPTIONAL UNION MINUS FILTER BIND VALUES EXISTS NOT " +
  "GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET PREFIX BASE COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT SEPARATOR AS IN " +
  "STR LANG LANGMATCHES DATATYPE BOUND IRI CONCAT STRLEN SUBSTR UCASE LCASE CONTAINS STRSTARTS STRENDS REGEX REPLACE " +
  "COALESCE IF YEAR MONTH DAY NOW ABS ROUND";
const KEYWORDS = WORDS.split(" ").map((label) => ({ label, type: "keyword", boost: -10 }));

function count(term) {
  if (term.count === null) return term.kind;
  return `${term.kind}, ${term.count.toLocaleString("en")}`;
}

// Put the term in place of what was typed, and its prefix before the query.
function apply(name, prefixes) {
  return (view, completion, from, to) => {
    const changes = [{ from, to, insert: name }];
    const prefix = declaration(view.state, name, prefixes);
    if (prefix) changes.push(prefix);
    const shift = prefix ? prefix.insert.length : 0;
    view.dispatch({
      changes,
      selection: { anchor: from + shift + name.length },
      annotations: pickedCompletion.of(completion),
      userEvent: "input.complete",
    });
  };
}

function options({ prefixes, terms }) {
  const names = terms.map((term) => ({
    label: term.name,
    detail: [term.label, count(term)].filter(Boolean).join(" · "),
    apply: apply(term.name, prefixes),
    boost: term.kind === "property" ? 2 : 1,
  }));
  // Values and case definitions have no prefix of their own; people know them by their label.
  const labels = terms
    .filter((term) => term.label && term.name.startsWith("<"))
    .map((term) => ({ label: term.label, detail: term.iri.split("/").at(-1), apply: apply(term.name, prefixes) }));
  const spaces = Object.keys(prefixes).map((prefix) => ({
    label: `${prefix}:`,
    detail: prefixes[prefix],
    apply: apply(`${prefix}:`, prefixes),
  }));
  return { names, labels, spaces };
}

function variables(state) {
  const found = new Set(state.doc.toString().match(/[?$]\w+/g));
  return [...found].map((label) => ({ label, type: "variable" }));
}

export function completions(lexicon) {
  const ready = lexicon.then(options);
  return async (context) => {
    const { state, pos } = context;
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) {
      const own = variables(state).filter((option) => option.label !== variable.text);
      return { from: variable.from, options: own, validFor: /^[?$]\w*$/ };
    }
    const iri = context.matchBefore(/<[^<>\s"{}|^`\\]*/);
    const known = await ready;
    if (iri) return { from: iri.from, options: known.names.filter((option) => option.label[0] === "<") };
    if (isQuoted(state, pos)) return null;
    const name = context.matchBefore(/[\w-]*:[\w.-]*/);
    if (name) return { from: name.from, options: known.names, validFor: /^[\w-]*:[\w.-]*$/ };
    const word = context.matchBefore(/[\w-]+/);
    if (!word && !context.explicit) return null;
    const all = [...KEYWORDS, ...known.spaces, ...known.names, ...known.labels];
    return { from: word?.from ?? pos, options: all, validFor: /^[\w-]*$/ };
  };
}
