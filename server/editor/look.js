// How the editor looks: in the colours of atlas.css, which reach into the shadow root as custom properties.
import { HighlightStyle, LanguageSupport } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { styleTags, tags } from "@lezer/highlight";
import { SparqlLanguage } from "codemirror-lang-sparql";

// The language has no colour for prefixed names, of which most queries consist.
const names = styleTags({ "Pname_ns Pname_ln": tags.namespace, Langtag: tags.annotation });
export const language = new LanguageSupport(SparqlLanguage.configure({ props: [names] }));

export const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--code-variable)" },
  { tag: [tags.string, tags.annotation], color: "var(--code-string)" },
  { tag: [tags.integer, tags.float, tags.bool], color: "var(--code-number)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--link)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
]);

const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", monospace';

export const look = EditorView.theme({
  "&": {
    color: "var(--ink)",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--rule)",
    borderRadius: "6px",
    fontSize: ".86rem",
    height: "var(--query-height)",
    minHeight: "6rem",
    overflow: "hidden",
    resize: "vertical",
  },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: MONO, lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { padding: ".6rem 0", caretColor: "var(--ink)" },
  // An indented name that does not fit would leave its number beside an empty line.
  "@media (max-width: 48rem)": { ".cm-line": { wordBreak: "break-all" } },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--quiet)", border: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px", animation: "none" },
  "&.cm-focused .cm-cursorLayer, .cm-cursorLayer": { animation: "none !important" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--code-selection) !important",
  },
  "&.cm-focused .cm-matchingBracket, .cm-matchingBracket": {
    backgroundColor: "var(--code-selection)",
    outline: "1px solid var(--rule)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--warn-paper)" },
  ".cm-tooltip": {
    backgroundColor: "var(--paper)",
    color: "var(--ink)",
    border: "1px solid var(--rule)",
    borderRadius: "6px",
    maxWidth: "min(40rem, 90vw)",
    fontSize: ".86rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: MONO, maxHeight: "18rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".15rem .5rem", whiteSpace: "normal" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
    forcedColorAdjust: "none",
  },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "1", marginLeft: ".8em", fontSize: ".92em" },
  ".cm-completionMatchedText": { textDecorationThickness: "2px" },
  ".cm-diagnostic": { padding: ".4rem .6rem", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--rule)" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--warn-ink)" },
  ".cm-lintRange-warning": { backgroundImage: "none", borderBottom: "2px dotted var(--code-mark)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    backgroundColor: "var(--warn-paper)",
    borderBottom: "2px solid var(--warn-ink)",
  },
});
