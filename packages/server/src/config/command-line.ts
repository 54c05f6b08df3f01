/** The command line as Go's flag package reads it: -x v, --x=v, switches without a value, "--" and the first other word end the flags. */
import type { FlagSpec } from "./flag-spec.ts";
import { type FlagValue, flagNamed, IGNORED_FLAGS, parseFlagValue } from "./flags.ts";
import { parseGoBool, quote } from "./go-values.ts";

export type CommandLine =
  | { readonly kind: "help" }
  /** The text of Go's flag package; exit code 2. */
  | { readonly kind: "problem"; readonly problem: string }
  | {
      readonly kind: "flags";
      /** In the order given; the last one of a flag counts. */
      readonly settings: readonly { readonly spec: FlagSpec; readonly value: FlagValue }[];
      readonly ignored: readonly string[];
      readonly configFile: string;
      readonly version: boolean;
      /** The first word that is no flag. */
      readonly stray: string | undefined;
    };

type State = {
  readonly settings: { readonly spec: FlagSpec; readonly value: FlagValue }[];
  readonly ignored: string[];
  configFile: string;
  version: boolean;
};

/** What flags a word may be, and how it takes its value. */
type Target = { readonly isSwitch: boolean; readonly take: (text: string) => string | undefined };

export function parseCommandLine(argv: readonly string[]): CommandLine {
  const state: State = { settings: [], ignored: [], configFile: "", version: false };
  let next = 0;
  for (; next < argv.length; next++) {
    const word = argv[next] ?? "";
    if (word.length < 2 || !word.startsWith("-")) break;
    if (word === "--") {
      next++;
      break;
    }
    const body = word.slice(word.startsWith("--") ? 2 : 1);
    if (body.startsWith("-") || body.startsWith("=")) return problem(`bad flag syntax: ${word}`);
    const [name, inline] = splitAtEquals(body);
    const target = targetOf(name, state);
    if (target === undefined) {
      if (name === "help" || name === "h") return { kind: "help" };
      return problem(`flag provided but not defined: -${name}`);
    }
    let text = inline;
    if (text === undefined && target.isSwitch) text = "true";
    if (text === undefined) {
      next++;
      text = argv[next];
      if (text === undefined) return problem(`flag needs an argument: -${name}`);
    }
    const wrong = target.take(text);
    if (wrong === undefined) continue;
    return problem(
      target.isSwitch
        ? `invalid boolean value ${quote(text)} for -${name}: ${wrong}`
        : `invalid value ${quote(text)} for flag -${name}: ${wrong}`,
    );
  }
  return { kind: "flags", ...state, stray: argv[next] };
}

function problem(text: string): CommandLine {
  return { kind: "problem", problem: text };
}

function splitAtEquals(body: string): [string, string | undefined] {
  const at = body.indexOf("=");
  return at < 0 ? [body, undefined] : [body.slice(0, at), body.slice(at + 1)];
}

function targetOf(name: string, state: State): Target | undefined {
  if (name === "version") {
    return {
      isSwitch: true,
      take: (text) => {
        const parsed = parseGoBool(text);
        if ("problem" in parsed) return parsed.problem;
        state.version = parsed.value;
        return undefined;
      },
    };
  }
  if (name === "config-file") {
    return {
      isSwitch: false,
      take: (text) => {
        state.configFile = text;
        return undefined;
      },
    };
  }
  if (IGNORED_FLAGS.has(name)) {
    return {
      isSwitch: true,
      take: () => {
        state.ignored.push(name);
        return undefined;
      },
    };
  }
  const spec = flagNamed(name);
  if (spec === undefined) return undefined;
  return {
    isSwitch: spec.kind === "bool",
    take: (text) => {
      const parsed = parseFlagValue(spec, text);
      if ("problem" in parsed) return parsed.problem;
      state.settings.push({ spec, value: parsed.value });
      return undefined;
    },
  };
}
