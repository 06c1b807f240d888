// What the query page gains with JavaScript, with or without its editor. The text area is the one place
// where the query is: the editor writes into it, the form sends it, and all here reads it.
import { offerViews } from "./views.js";
import { watchCode } from "./code.js";
import { watchQuery } from "./remarks.js";

const LONGEST_ADDRESS = 6000;
const form = document.getElementById("ask");
const text = document.getElementById("query");

function ask(url) {
  return fetch(url, { method: "POST", body: new URLSearchParams({ query: text.value }) }).then(
    (response) => (response.ok ? response.json() : Promise.reject(new Error(response.statusText))),
  );
}

const remarks = watchQuery(text, () => ask(form.dataset.lint));
watchCode(text, () => ask(form.dataset.snippets));
offerViews(document.getElementById("answer"), form.action, text.defaultValue);

for (const element of document.querySelectorAll(".unscripted")) element.hidden = true;
// The editor is large. What can be read comes first.
if (form.dataset.editor) requestAnimationFrame(() => setTimeout(() => import(form.dataset.editor)));

form.addEventListener("submit", async (event) => {
  if (await remarks.holds(event)) return;
  form.method = encodeURIComponent(text.value).length > LONGEST_ADDRESS ? "post" : "get";
  form.submit();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
