/** Flags from the environment: ETCD_ and the flag's name in upper case. A flag that was given on the command line must not be there too. */
import type { FlagSpec } from "./flag-spec.ts";
import { environmentName, type FlagValues, flagNamed, flagSpellings, IGNORED_FLAGS, parseFlagValue } from "./flags.ts";
import { quote } from "./go-values.ts";
import type { Notice } from "./notice.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables with the prefix that are no flags. */
const NO_FLAGS: ReadonlySet<string> = new Set(["ETCD_UNSUPPORTED_ARCH", "ETCD_VERSION", "ETCD_CONFIG_FILE"]);

/** Puts what the environment says into `values`. Returns what is wrong, if anything. */
export function applyEnvironment(
  env: Environment,
  values: FlagValues,
  notices: Notice[],
): { readonly problem: string } | undefined {
  const known = new Set([...IGNORED_FLAGS, "version"].map(environmentName));
  for (const spelling of flagSpellings()) {
    const variable = environmentName(spelling);
    known.add(variable);
    const text = env[variable];
    const spec = flagNamed(spelling);
    if (text === undefined || text === "" || spec === undefined) continue;
    const problem = applyVariable({ spec, variable, text }, values);
    if (problem !== undefined) return { problem };
    notices.push({
      level: "info",
      line: "recognized and used environment variable",
      fields: { "variable-name": variable, "variable-value": text },
    });
  }
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith("ETCD_") || known.has(variable) || NO_FLAGS.has(variable)) continue;
    notices.push({
      level: "warn",
      line: "unrecognized environment variable",
      // The name alone: the value may be somebody's password.
      fields: { "environment-variable": variable },
    });
  }
  return undefined;
}

function applyVariable(
  { spec, variable, text }: { readonly spec: FlagSpec; readonly variable: string; readonly text: string },
  values: FlagValues,
): string | undefined {
  if (values.isGiven(spec.name)) {
    return `conflicting environment variable is shadowed by corresponding command-line flag (either unset environment variable or disable flag): ${variable}`;
  }
  const parsed = parseFlagValue(spec, text);
  if ("problem" in parsed) return `invalid value ${quote(text)} for ${variable}: ${parsed.problem}`;
  values.set(spec, parsed.value);
  return undefined;
}
