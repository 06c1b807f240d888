// Follow an event stream to its present end, from where the state in a folder says; print the
// members as JSON, each with what it says: a list of lines.
import { replicateLDES } from "ldes-client";
import { Writer } from "n3";

const [url, statePath, ordered] = process.argv.slice(2);
const client = replicateLDES({ url, statePath, polling: false }, ordered);
const pages = [];
client.on("fragment", (page) => pages.push(page.url));
client.on("error", (problem) => {
  console.error(problem);
  process.exit(1);
});
const reader = client.stream().getReader();
const members = [];
const writer = new Writer();
for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
  const lines = value.quads.map(({ subject, predicate, object, graph }) =>
    writer.quadToString(subject, predicate, object, graph).trim(),
  );
  members.push({ id: value.id.value, lines });
}
console.log(JSON.stringify({ members, pages }));
