// The lint: what is odd about a query is said while it is written, and once more before it runs.
const PAUSE = 1000;
const PATIENCE = 1500;

function item(remark) {
  const row = document.createElement("li");
  const place = document.createElement("span");
  place.className = "quiet";
  place.textContent = `Line ${remark.line}:`;
  row.append(place, ` ${remark.text}`);
  return row;
}

function insertButton(text, remarks) {
  const lines = remarks.map((remark) => remark.insert).filter(Boolean);
  if (!lines.length) return [];
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = lines.length === 1 ? "Add the prefix" : `Add ${lines.length} prefixes`;
  button.addEventListener("click", () => {
    text.value = `${lines.join("\n")}\n${text.value}`;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.dispatchEvent(new Event("focus-query"));
  });
  return [button];
}

export function watchQuery(text, ask) {
  const shelf = document.getElementById("remarks");
  const run = document.getElementById("run");
  let shownFor = text.value; // the server has said its remarks with the page
  let timer = 0;

  function show(query, remarks) {
    if (query !== text.value) return; // it was edited meanwhile
    shownFor = query;
    run.textContent = "Run";
    text.dispatchEvent(new CustomEvent("remarks", { detail: remarks }));
    if (!remarks.length) return shelf.replaceChildren();
    const box = document.createElement("div");
    box.className = "remarks";
    const heading = document.createElement("h2");
    heading.textContent = "Before you run it";
    const list = document.createElement("ul");
    list.append(...remarks.map(item));
    box.append(heading, list, ...insertButton(text, remarks));
    shelf.replaceChildren(box);
  }

  async function refresh() {
    const query = text.value;
    const found = await Promise.race([
      ask().catch(() => null), // without a lint a query still runs
      new Promise((resolve) => setTimeout(resolve, PATIENCE, null)),
    ]);
    if (found) show(query, found.remarks);
    return found?.remarks ?? [];
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
  refresh();

  return {
    // Whether the query, about to be sent, has remarks that nobody can have read yet.
    async holds(event) {
      event.preventDefault();
      clearTimeout(timer);
      if (shownFor === text.value) return false;
      const found = await refresh();
      if (!found.length) return false;
      run.textContent = "Run it all the same";
      run.focus();
      return true;
    },
  };
}
