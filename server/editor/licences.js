// Writes the licences of all that the bundle contains beside it, as they demand.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const folders = readdirSync("node_modules")
  .filter((name) => !name.startsWith(".") && !name.includes("esbuild"))
  .flatMap((name) =>
    name.startsWith("@") ? readdirSync(`node_modules/${name}`).map((part) => `${name}/${part}`) : [name],
  );
const texts = folders
  .filter((name) => existsSync(`node_modules/${name}/LICENSE`))
  .map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`);
writeFileSync("server/static/editor/LICENCES.txt", texts.join("\n\n"));
