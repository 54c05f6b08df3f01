/** `npm run protogen`: writes packages/proto/src/gen from packages/proto/proto. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "./protogen/generate.ts";

const root = join(import.meta.dirname, "../..");
const protoDir = join(root, "packages/proto/proto");
const genDir = join(root, "packages/proto/src/gen");

const sources = new Map<string, string>();
for (const name of readdirSync(protoDir)) sources.set(name, readFileSync(join(protoDir, name), "utf8"));
for (const [name, text] of generate(sources)) writeFileSync(join(genDir, name), text);
