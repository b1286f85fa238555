// Prints the age test vectors of the installed npm package as one JSON object (see tests/vectors/README.md).
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../tests/vectors/package.json", import.meta.url));
const vectors = await import(pathToFileURL(require.resolve("cctv-age")).href);
const named = Object.entries(vectors).filter(([name]) => name !== "default");
const texts = named.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
process.stdout.write(JSON.stringify(Object.fromEntries(texts)));
