// A bar chart of the first column of words and the first column of numbers.
const SVG = "http://www.w3.org/2000/svg";
const MOST_BARS = 40;
const MOST_WIDTH = 640;
const NARROW = 460;
const NUMBER = 70;
const CHARACTER = 7.8;

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function say(words) {
  const note = document.createElement("p");
  note.className = "quiet";
  note.textContent = words;
  return note;
}

// Where things are in a row: beside each other, or in a narrow window the label above its bar.
function layout(width) {
  if (width < NARROW) return { width, row: 44, room: 0, label: { x: 0, y: 14 }, letters: width / CHARACTER, top: 19 };
  const room = Math.round(width * 0.45);
  const label = { x: room - 8, y: 17, "text-anchor": "end" };
  return { width, row: 26, room, label, letters: room / CHARACTER, top: 3 };
}

// What the table says, as [label, number, number as written].
function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const number = heads.findIndex((head) => head.className === "number");
  if (number < 0) return null;
  const body = [...table.tBodies[0].rows];
  const told = (row, places) => places.map((place) => row.cells[place].textContent.trim()).join(", ");
  let words = heads.map((_, place) => place).filter((place) => heads[place].className !== "number");
  // One column of words is enough where it tells the rows apart.
  if (new Set(body.map((row) => told(row, words.slice(0, 1)))).size === body.length) words = words.slice(0, 1);
  const name = (place) => heads[place].firstChild.data.trim();
  const names = [words.map(name).join(", ") || "row", name(number)];
  const rows = body.map((row, index) => {
    const written = row.cells[number].firstChild.data ?? "";
    return [told(row, words) || String(index + 1), Number(written), written];
  });
  return { names, rows: rows.filter(([, value, written]) => written.trim() && Number.isFinite(value)) };
}

function bar([label, value, written], index, scale, zero, at) {
  const group = shape("g", { transform: `translate(0 ${index * at.row})` });
  const most = Math.floor(at.letters);
  const short = label.length > most ? `${label.slice(0, most - 1)}…` : label;
  const start = zero + Math.min(value, 0) * scale;
  const width = Math.max(Math.abs(value) * scale, 1);
  const end = zero + Math.max(value, 0) * scale;
  group.append(
    shape("title", {}, `${label}: ${written}`),
    shape("text", at.label, short),
    shape("rect", { class: "bar required", x: start, y: at.top, width, height: 19 }),
    shape("text", { x: end + 6, y: at.top + 14 }, written),
  );
  return group;
}

export function chart(table) {
  const found = read(table);
  if (!found?.rows.length) return say("A chart needs a column of numbers.");
  const { names, rows } = found;
  const shown = rows.slice(0, MOST_BARS);
  const values = shown.map(([, value]) => value);
  const least = Math.min(0, ...values);
  const width = Math.min(table.parentElement.clientWidth || MOST_WIDTH, MOST_WIDTH);
  const at = layout(width);
  const scale = (width - at.room - NUMBER) / (Math.max(0, ...values) - least || 1);
  const title = `${names[1]} by ${names[0]}`;
  const image = shape("svg", {
    viewBox: `0 0 ${width} ${shown.length * at.row}`,
    role: "img",
    "aria-label": `Bar chart, ${title}. The table has the same numbers.`,
  });
  image.style.maxWidth = `${width}px`; // letters keep their size when the window grows
  image.append(...shown.map((row, index) => bar(row, index, scale, at.room - least * scale, at)));
  const figure = document.createElement("figure");
  figure.className = "chart";
  const caption = document.createElement("figcaption");
  caption.textContent =
    shown.length < rows.length ? `${title}, the first ${shown.length} of ${rows.length} rows` : title;
  figure.append(caption, image);
  return figure;
}
