/**
 * The way from a command line to a configuration: flags, then the environment, or a file instead of both. A function of its inputs,
 * so that every rule can be tested without a process; the host gives it files and the machine's address.
 */
import { messageOf } from "@quorate/base";
import { buildConfig } from "./build-config.ts";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import type { Config } from "./config.ts";
import { parseConfigFile } from "./config-file.ts";
import { applyEnvironment, type Environment } from "./environment.ts";
import { FlagValues } from "./flags.ts";
import type { Parsed } from "./go-values.ts";
import { type Build, helpText, versionText } from "./help.ts";
import type { Notice } from "./notice.ts";
import type { ReadFile } from "./tls.ts";

/** What the machine tells. */
export type ConfigHost = {
  /** The text of a whole file. Throws where it cannot be read. */
  readonly readFile: ReadFile;
  /** The IPv4 address of the interface with the default route. Asked only for members that listen on 0.0.0.0. */
  readonly defaultAddress: () => string | undefined;
  readonly build: Build;
};

export type Reading =
  | { readonly kind: "run"; readonly config: Config; readonly warnings: readonly Notice[] }
  /** Text for standard output; exit code 0. */
  | { readonly kind: "print"; readonly text: string }
  /** One sentence. 2: the command line cannot be parsed; 1: everything else. */
  | { readonly kind: "refuse"; readonly message: string; readonly exitCode: 1 | 2 };

/** Programs of their own in etcd's binary. */
const OTHER_PROGRAMS: ReadonlySet<string> = new Set(["gateway", "grpc-proxy"]);

export function readConfig(argv: readonly string[], env: Environment, host: ConfigHost): Reading {
  const line = parseCommandLine(argv);
  if (line.kind === "help") return { kind: "print", text: helpText() };
  if (line.kind === "problem") return { kind: "refuse", message: line.problem, exitCode: 2 };
  if (line.stray !== undefined) return refuse(strayText(line.stray));
  const notices: Notice[] = [];
  for (const name of line.ignored) {
    notices.push({ level: "warn", line: "flag is no longer supported - ignoring", fields: { flag: name } });
  }
  if (line.version) return { kind: "print", text: versionText(flagsOf(line).text("advertise-version"), host.build) };
  const configFile = line.configFile || env["ETCD_CONFIG_FILE"] || "";
  const values = configFile === "" ? fromFlags(line, env, notices) : fromFile(configFile, host.readFile, notices);
  if ("problem" in values) return refuse(values.problem);
  const built = buildConfig({
    values: values.value,
    fromFile: configFile !== "",
    readFile: host.readFile,
    defaultAddress: host.defaultAddress,
    notices,
  });
  if (!("problem" in built)) return { kind: "run", config: built.value, warnings: notices };
  return { kind: "refuse", message: built.problem, exitCode: "exitCode" in built ? built.exitCode : 1 };
}

function refuse(message: string): Reading {
  return { kind: "refuse", message, exitCode: 1 };
}

function strayText(word: string): string {
  return OTHER_PROGRAMS.has(word) ? `"${word}" is not part of this release` : `"${word}" is not a valid flag`;
}

type GivenFlags = Extract<CommandLine, { kind: "flags" }>;

function flagsOf(line: GivenFlags): FlagValues {
  const values = new FlagValues();
  for (const { spec, value } of line.settings) values.set(spec, value);
  return values;
}

function fromFlags(line: GivenFlags, env: Environment, notices: Notice[]): Parsed<FlagValues> {
  const values = flagsOf(line);
  const version = env["ETCD_VERSION"];
  if (version !== undefined && version !== "") {
    const fields = { key: "ETCD_VERSION", value: version };
    notices.push({ level: "warn", line: "cannot set special environment variable", fields });
  }
  return applyEnvironment(env, values, notices) ?? { value: values };
}

function fromFile(path: string, readFile: ReadFile, notices: Notice[]): Parsed<FlagValues> {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return { problem: `the configuration file cannot be read: ${messageOf(error)}` };
  }
  const file = parseConfigFile(text, path);
  if ("problem" in file) return file;
  const line =
    "loaded server configuration, other configuration command line flags and environment variables will be ignored if provided";
  notices.push({ level: "info", line, fields: { path } });
  for (const key of file.value.unknownKeys) {
    notices.push({ level: "warn", line: "unknown key in the configuration file has no effect", fields: { path, key } });
  }
  return { value: file.value.values };
}
