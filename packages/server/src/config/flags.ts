/** The table of flags as a whole: look-up by any of a flag's names, and its values from text. */
import { assert, unreachable } from "@quorate/base";
import { parseFeatureGates } from "./feature-gates.ts";
import type { FlagSpec } from "./flag-spec.ts";
import { memberFlags } from "./flags-member.ts";
import { operationFlags } from "./flags-operation.ts";
import { type Parsed, parseGoBool, parseGoDuration, parseGoInt } from "./go-values.ts";
import { type MemberUrl, parseUrls } from "./urls.ts";

export type FlagValue = string | boolean | number | readonly string[] | readonly MemberUrl[];

/** Every flag but --help, --version and --config-file, in the order of --help. */
export const FLAGS: readonly FlagSpec[] = [...memberFlags(), ...operationFlags()];

/** Flags of the v2 era: taken with or without a value behind "=", and without effect. */
export const IGNORED_FLAGS: ReadonlySet<string> = new Set([
  "cluster-active-size",
  "cluster-remove-delay",
  "cluster-sync-interval",
  "config",
  "force",
  "max-result-buffer",
  "max-retry-attempts",
  "peer-heartbeat-interval",
  "peer-election-timeout",
  "retry-interval",
  "snapshot",
  "v",
  "vv",
  "test.coverprofile",
  "test.outputdir",
]);

const BY_NAME: ReadonlyMap<string, FlagSpec> = new Map(
  FLAGS.flatMap((spec) => [
    [spec.name, spec] as const,
    ...(spec.oldName === undefined ? [] : [[spec.oldName, spec] as const]),
  ]),
);

/** The flag of this name, or of this name in etcd 3.5. */
export function flagNamed(name: string): FlagSpec | undefined {
  return BY_NAME.get(name);
}

/** Every spelling of every flag. */
export function flagSpellings(): readonly string[] {
  return [...BY_NAME.keys()];
}

/** The environment variable of a flag: etcd's prefix, upper case, underscores. */
export function environmentName(flag: string): string {
  return `ETCD_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The value that `text` stands for, or what is wrong with it in etcd's words. */
export function parseFlagValue(spec: FlagSpec, text: string): Parsed<FlagValue> {
  switch (spec.kind) {
    case "string":
      return { value: text };
    case "bool":
      return parseGoBool(text);
    case "uint":
      return parseGoInt(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
    case "uint32":
      return parseGoInt(text, { min: 0, max: 0xffff_ffff });
    case "int":
      return parseGoInt(text, { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
    case "duration":
      return parseGoDuration(text);
    case "urls":
      // An empty list is the default again, as with etcd.
      if (text !== "") return parseUrls(text);
      return spec.initial === "" ? { value: [] } : parseUrls(spec.initial);
    case "origins": {
      if (text === "" || text === "*") return { value: [text] };
      const urls = parseUrls(text);
      return "problem" in urls ? urls : { value: urls.value.map((url) => url.text) };
    }
    case "strings":
      return { value: text === "" ? [] : [...new Set(text.split(","))] };
    case "choice":
      return spec.choices.includes(text) ? { value: text } : { problem: "invalid value" };
    case "gates": {
      const gates = parseFeatureGates(text);
      return "problem" in gates ? gates : { value: text };
    }
    default:
      return unreachable(spec.kind);
  }
}

/** The values of all flags, from whatever source, and which of them were given rather than left at their default. */
export class FlagValues {
  readonly #values = new Map<string, FlagValue>();
  readonly #given = new Set<string>();

  constructor() {
    for (const spec of FLAGS) {
      const initial = parseFlagValue(spec, spec.initial);
      assert("value" in initial, `the default of --${spec.name} is a value`);
      this.#values.set(spec.name, initial.value);
    }
  }

  set(spec: FlagSpec, value: FlagValue): void {
    this.#values.set(spec.name, value);
    this.#given.add(spec.name);
  }

  isGiven(name: string): boolean {
    return this.#given.has(name);
  }

  text(name: string): string {
    const value = this.#read(name);
    assert(typeof value === "string", `--${name} is a text`);
    return value;
  }

  number(name: string): number {
    const value = this.#read(name);
    assert(typeof value === "number", `--${name} is a number`);
    return value;
  }

  isOn(name: string): boolean {
    const value = this.#read(name);
    assert(typeof value === "boolean", `--${name} is on or off`);
    return value;
  }

  texts(name: string): readonly string[] {
    const texts: string[] = [];
    for (const one of this.#list(name)) {
      assert(typeof one === "string", `--${name} is a list of texts`);
      texts.push(one);
    }
    return texts;
  }

  urls(name: string): readonly MemberUrl[] {
    const urls: MemberUrl[] = [];
    for (const one of this.#list(name)) {
      assert(typeof one === "object", `--${name} is a list of URLs`);
      urls.push(one);
    }
    return urls;
  }

  /** True where the value equals the default, given or not. */
  isDefault(spec: FlagSpec): boolean {
    const initial = parseFlagValue(spec, spec.initial);
    return "value" in initial && JSON.stringify(initial.value) === JSON.stringify(this.#read(spec.name));
  }

  #read(name: string): FlagValue {
    const value = this.#values.get(name);
    assert(value !== undefined, `--${name} is in the table`);
    return value;
  }

  #list(name: string): readonly (string | MemberUrl)[] {
    const value = this.#read(name);
    assert(typeof value === "object", `--${name} is a list`);
    return value;
  }
}
