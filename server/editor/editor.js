// The editor of the query page. It stands in front of the text area and keeps it up to date; all else
// (sending, remarks, code) reads the text area and does not know of it.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { completions } from "./completion.js";
import { declarePrefixes } from "./declare.js";
import { colours, language, look } from "./look.js";
import { diagnostics, onPage } from "./marks.js";

const text = document.getElementById("query");
const form = document.getElementById("ask");
const run = document.getElementById("run");

// In a shadow root the editor's style sheets are adopted ones, which the page's policy allows; a
// <style> element in the document is not.
const host = document.createElement("div");
host.id = "editor";
const root = host.attachShadow({ mode: "open" });

const lexicon = fetch(form.dataset.terms)
  .then((response) => response.json())
  .catch(() => ({ prefixes: {}, terms: [] }));
let isOwn = false; // whether the text area changes because the editor did

function toTextArea(update) {
  if (!update.docChanged) return;
  isOwn = true;
  text.value = update.state.doc.toString();
  text.dispatchEvent(new Event("input", { bubbles: true }));
  isOwn = false;
}

function fromTextArea() {
  const now = view.state.doc.toString();
  if (isOwn || now === text.value) return;
  let end = 0; // keep what is common at the end, and the cursor in it
  while (end < now.length && end < text.value.length && now.at(-1 - end) === text.value.at(-1 - end)) end++;
  view.dispatch({
    changes: { from: 0, to: now.length - end, insert: text.value.slice(0, text.value.length - end) },
  });
}

const keys = [
  { key: "Mod-Enter", run: () => (form.requestSubmit(run), true) },
  ...completionKeymap,
  ...closeBracketsKeymap,
  ...defaultKeymap,
  ...historyKeymap,
  ...lintKeymap,
  // Tab is left alone: it leads out, as everywhere else on the page. So does Escape.
  { key: "Escape", run: () => (run.focus(), true) },
];

const view = new EditorView({
  root,
  parent: root,
  state: EditorState.create({
    doc: text.value,
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      language,
      syntaxHighlighting(colours),
      autocompletion({ override: [completions(lexicon)], icons: false }),
      declarePrefixes(lexicon),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": "Query",
        tabindex: "0", // it takes the focus anyway, but not everything knows that of editable text
        "aria-description": "Escape leaves the editor. Ctrl+Enter runs the query.",
      }),
      EditorView.updateListener.of(toTextArea),
      keymap.of(keys),
      look,
    ],
  }),
});

text.after(host);
text.hidden = true;
document.querySelector("label[for=query]").addEventListener("click", () => view.focus());
text.addEventListener("input", fromTextArea);
text.addEventListener("focus-query", () => view.focus());
addEventListener("pageshow", fromTextArea); // a browser that comes back restores the text area
const mark = (remarks) => view.dispatch(setDiagnostics(view.state, diagnostics(view.state.doc, remarks)));
text.addEventListener("remarks", (event) => mark(event.detail));
mark(onPage());
