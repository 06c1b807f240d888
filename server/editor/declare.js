// A prefix that the release knows is declared as soon as it is typed or completed.
import { syntaxTree } from "@codemirror/language";
import { EditorView } from "@codemirror/view";

const DECLARED = /^[ \t]*prefix[ \t]+([\w-]*):/gim;
const PROLOGUE = /^(?:[ \t]*(?:(?:prefix[ \t]+[\w-]*:|base)[ \t]*<[^>\n]*>[ \t]*|#[^\n]*)?\n)*/i;

// The change that declares the prefix of `name`, null where that is done or it is not known.
export function declaration(state, name, prefixes) {
  const prefix = name.split(":")[0];
  if (name.startsWith("<") || !Object.hasOwn(prefixes, prefix)) return null;
  const text = state.doc.toString();
  if ([...text.matchAll(DECLARED)].some((found) => found[1] === prefix)) return null;
  const prologue = text.match(PROLOGUE)[0].trimEnd();
  const from = prologue ? prologue.length + 1 : 0;
  return { from, insert: `PREFIX ${prefix}: <${prefixes[prefix]}>\n` };
}

export function isQuoted(state, place) {
  return /String|Comment|IriRef|^Iri$/.test(syntaxTree(state).resolveInner(place, -1).name);
}

export function declarePrefixes(lexicon) {
  let prefixes = {};
  lexicon.then((found) => (prefixes = found.prefixes));
  return EditorView.inputHandler.of((view, from, to, typed, insert) => {
    if (typed !== ":") return false;
    const line = view.state.doc.lineAt(from);
    const before = line.text.slice(0, from - line.from);
    const name = before.match(/(?:^|[^\w?$@:.-])([\w-]+)$/)?.[1];
    if (!name || /^\s*prefix\s+[\w-]*$/i.test(before) || isQuoted(view.state, from)) return false;
    const change = declaration(view.state, `${name}:`, prefixes);
    if (!change) return false;
    view.dispatch(insert());
    view.dispatch({ changes: change });
    return true;
  });
}
