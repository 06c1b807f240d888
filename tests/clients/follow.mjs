// Follow an event stream to its present end, from where the state in a folder says; print the
// members as JSON, each with what it says in N-Quads.
import { replicateLDES } from "ldes-client";

const [url, statePath, ordered] = process.argv.slice(2);
const client = replicateLDES({ url, statePath, polling: false }, ordered);
client.on("error", (problem) => {
  console.error(problem);
  process.exit(1);
});
// JSON escapes a text as N-Quads does; there are no blank nodes.
const node = ({ termType, value, language, datatype }) => {
  if (termType === "NamedNode") return `<${value}>`;
  if (termType === "DefaultGraph") return "";
  return JSON.stringify(value) + (language ? `@${language}` : `^^<${datatype.value}>`);
};
const line = ({ subject, predicate, object, graph }) =>
  `${[subject, predicate, object, graph].map(node).join(" ")} .\n`;
const reader = client.stream().getReader();
const members = [];
for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
  members.push({ id: value.id.value, nquads: value.quads.map(line).join("") });
}
console.log(JSON.stringify(members));
