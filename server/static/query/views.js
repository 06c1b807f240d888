// The answer as table, chart or raw; the table is always there to come back to.
import { chart } from "./chart.js";

const MOST_CHARACTERS = 200_000;

async function raw(address, query, format) {
  const box = document.createElement("div");
  box.className = "raw";
  const note = document.createElement("p");
  note.className = "quiet";
  const code = document.createElement("pre");
  code.tabIndex = 0;
  try {
    const response = await fetch(address, {
      method: "POST",
      body: new URLSearchParams({ query, format }),
    });
    const body = await response.text();
    const type = response.headers.get("Content-Type");
    const isCut = body.length > MOST_CHARACTERS;
    code.textContent = isCut ? body.slice(0, MOST_CHARACTERS) : body;
    note.textContent = isCut
      ? `${type}, the first ${MOST_CHARACTERS.toLocaleString("en")} of ${body.length.toLocaleString("en")} characters; the formats above have all of them.`
      : type;
  } catch {
    note.textContent = "The server did not answer. Try again.";
  }
  box.append(note, code);
  return box;
}

export function offerViews(answer, address, query) {
  const table = answer?.querySelector("[data-view=table]");
  if (!table) return;
  const rows = document.getElementById("rows");
  const views = {
    Table: () => table,
    ...(rows && { Chart: () => chart(rows) }),
    Raw: () => raw(address, query, answer.dataset.raw),
  };
  const group = answer.querySelector(".views"); // its place is kept, so that nothing moves
  const made = { Table: table };
  const buttons = Object.keys(views).map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = name;
    button.setAttribute("aria-pressed", String(name === "Table"));
    button.addEventListener("click", () => show(name));
    return button;
  });

  async function show(name) {
    made[name] ??= views[name]();
    const view = await made[name];
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.textContent === name));
    }
    for (const other of Object.values(made)) (await other).hidden = true;
    view.hidden = false;
    if (!view.isConnected) answer.append(view);
  }

  group.append(...buttons);
}
