// Remarks of the server as marks in the editor.

// The server counts characters from 1, the editor UTF-16 units from 0.
function place(doc, line, column) {
  const row = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return row.from + [...row.text].slice(0, column - 1).join("").length;
}

// The problem of the query as it was run, which is marked until the query changes.
function problem() {
  const found = document.getElementById("problem");
  const text = document.getElementById("query");
  if (!found?.dataset.line || text.value !== text.defaultValue) return [];
  const message = found.querySelector(".message")?.textContent ?? "";
  return [{ ...found.dataset, length: 1, text: message, severity: "error" }];
}

export function onPage() {
  return [...document.querySelectorAll("#remarks li")]
    .filter((item) => item.dataset.line)
    .map((item) => ({ ...item.dataset, text: item.lastChild.data.trim() }));
}

export function diagnostics(doc, remarks) {
  return [...problem(), ...remarks].map((remark) => {
    const from = place(doc, Number(remark.line), Number(remark.column));
    const line = doc.lineAt(from);
    let to = Math.min(from + Number(remark.length), line.to);
    // At the end of a line there is nothing to underline but what comes before.
    const start = from === line.to ? Math.max(line.from, from - 1) : from;
    to = Math.max(to, start);
    return { from: start, to, severity: remark.severity ?? "warning", message: remark.text };
  });
}
