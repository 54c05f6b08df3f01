/**
 * The configuration file: YAML, or JSON, which is YAML. Its keys are the flags' names but for the sections that the table of flags
 * tells; durations are whole nanoseconds. Keys that nothing knows have no effect, as with etcd, but are told.
 */
import { messageOf } from "@quorate/base";
import { parse as parseYaml } from "yaml";
import type { FlagSpec } from "./flag-spec.ts";
import { FLAGS, FlagValues, parseFlagValue } from "./flags.ts";
import { type Parsed, quote } from "./go-values.ts";

/** Longest alias expansion that is followed: a file must not blow up. */
const MAX_ALIASES = 100;

export type ConfigFile = { readonly values: FlagValues; readonly unknownKeys: readonly string[] };

/** The values of a file's text, or the sentence that says what is wrong. `path` is for the sentence only. */
export function parseConfigFile(text: string, path: string): Parsed<ConfigFile> {
  let root: unknown;
  try {
    root = parseYaml(text, { maxAliasCount: MAX_ALIASES, prettyErrors: false });
  } catch (error) {
    return { problem: `${path} is neither YAML nor JSON: ${messageOf(error)}` };
  }
  // An empty file is a file that sets nothing.
  if (root === null || root === undefined) root = {};
  if (!isSection(root)) return { problem: `${path} holds no keys` };
  const values = new FlagValues();
  const known = new Set<string>();
  for (const spec of FLAGS) {
    for (const key of fileKeys(spec)) {
      known.add(key);
      const found = lookUp(root, key.split("/"));
      if (found === undefined || found === null) continue;
      const problem = setValue(values, spec, found);
      if (problem !== undefined) return { problem: `${path}: ${key.replaceAll("/", ".")} ${problem}` };
    }
  }
  return { value: { values, unknownKeys: unknownKeys(root, known, "") } };
}

function fileKeys(spec: FlagSpec): string[] {
  const keys = spec.fileKey === undefined ? [] : [spec.fileKey];
  if (spec.oldName !== undefined) keys.push(spec.oldName);
  return keys;
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lookUp(section: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = section;
  for (const key of path) {
    if (!isSection(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Keys on the way to a known one are sections; all others are unknown. */
function unknownKeys(section: Readonly<Record<string, unknown>>, known: ReadonlySet<string>, prefix: string): string[] {
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(section)) {
    const path = prefix + key;
    if (known.has(path)) continue;
    const isPath = [...known].some((one) => one.startsWith(`${path}/`));
    if (!isPath) unknown.push(path.replaceAll("/", "."));
    else if (isSection(value)) unknown.push(...unknownKeys(value, known, `${path}/`));
  }
  return unknown;
}

/** Takes a value of the file; what is wrong with it otherwise. */
function setValue(values: FlagValues, spec: FlagSpec, found: unknown): string | undefined {
  const text = textOf(spec, found);
  if ("problem" in text) return text.problem;
  const parsed = parseFlagValue(spec, text.value);
  if ("problem" in parsed) {
    // etcd's sentence for the one choice that it checks in a file.
    if (spec.name === "initial-cluster-state") return `is wrong: unexpected clusterState ${quote(text.value)}`;
    return `is wrong: ${parsed.problem}`;
  }
  values.set(spec, parsed.value);
  return undefined;
}

/** The text that the command line would have for a value of the file. */
function textOf(spec: FlagSpec, found: unknown): Parsed<string> {
  switch (spec.kind) {
    case "bool":
      return typeof found === "boolean" ? { value: `${found}` } : wrongType("true or false", found);
    case "uint":
    case "uint32":
    case "int":
      return Number.isSafeInteger(found) ? { value: String(found) } : wrongType("a whole number", found);
    case "duration":
      return Number.isSafeInteger(found)
        ? { value: `${String(found)}ns` }
        : wrongType("a whole number of nanoseconds", found);
    case "strings":
      if (Array.isArray(found) && found.every((one) => typeof one === "string")) return { value: found.join(",") };
      return typeof found === "string" ? { value: found } : wrongType("a list of texts", found);
    default:
      return typeof found === "string" ? { value: found } : wrongType("a text", found);
  }
}

function wrongType(wanted: string, found: unknown): Parsed<string> {
  return { problem: `must be ${wanted}, not ${JSON.stringify(found)}` };
}
