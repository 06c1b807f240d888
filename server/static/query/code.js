// "Copy as …": the code follows the query, and a button copies it.
const PAUSE = 500;

async function copy(code, button) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code); // no clipboard here: all that is left is to press Ctrl+C
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "Copy"), 3000);
}

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
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await refresh();
      copy(block.querySelector("code"), button);
    });
    block.append(button);
    block.addEventListener("toggle", refresh);
  }
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
}
