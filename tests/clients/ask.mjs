// Ask endpoints, found out by Comunica itself, one query over all of them; print the rows as JSON.
import { QueryEngine } from "@comunica/query-sparql";

const [query, ...sources] = process.argv.slice(2);
const stream = await new QueryEngine().queryBindings(query, { sources });
const rows = [];
for await (const bindings of stream) {
  rows.push(Object.fromEntries([...bindings].map(([key, term]) => [key.value, term.value])));
}
console.log(JSON.stringify(rows));
