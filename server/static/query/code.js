// "Copy as …": the code follows the query, and a button copies it.
import { copy, copyButton } from "../copy.js";

const PAUSE = 500;

export function watchCode(text, ask) {
  const blocks = [...document.querySelectorAll("[data-snippet]")];
  let madeFor = text.value;
  let timer = 0;

  async function refresh() {
    if (madeFor === text.value || !blocks.some((block) => block.open)) return;
    const query = text.value;
    const found = await ask().catch(() => null);
    if (!found || query !== text.value) return;
    madeFor = query;
    for (const block of blocks) {
      const code = found.snippets[block.dataset.snippet];
      block.querySelector("code").textContent = code ?? "This query is too long to copy, or empty.";
    }
  }

  for (const block of blocks) {
    const name = `the code for ${block.dataset.label}`;
    const button = copyButton(name);
    button.addEventListener("click", async () => {
      await refresh();
      copy(block.querySelector("code"), button, name);
    });
    block.append(button);
    block.addEventListener("toggle", refresh);
  }
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
}
