// One click copies a block. Without a script its text can be selected.
const SHOWN = 3000;

// What is said to those who do not see the button change; it has to be there before it speaks.
const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("role", "status");
document.querySelector("main").append(said);

export function copyButton(name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  const rest = document.createElement("span");
  rest.className = "unseen";
  rest.textContent = ` ${name}`;
  button.append("Copy", rest);
  return button;
}

export async function copy(block, button, name) {
  try {
    await navigator.clipboard.writeText(block.textContent);
    button.firstChild.data = "Copied";
    said.textContent = `Copied: ${name}`;
  } catch {
    getSelection().selectAllChildren(block); // no clipboard here: all that is left is to press Ctrl+C
    button.firstChild.data = "Press Ctrl+C:";
    said.textContent = `Selected: ${name}. Press Control and C to copy it.`;
  }
  setTimeout(() => {
    button.firstChild.data = "Copy";
    said.textContent = "";
  }, SHOWN);
}

for (const place of document.querySelectorAll("[data-copy]")) {
  const { copy: target, name } = place.dataset;
  const button = copyButton(name);
  button.addEventListener("click", () => copy(document.getElementById(target), button, name));
  place.append(button);
}
