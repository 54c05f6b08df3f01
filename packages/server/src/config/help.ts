/** What --help and --version print. */
import { FLAG_GROUPS, type FlagSpec } from "./flag-spec.ts";
import { FLAGS } from "./flags.ts";

const USAGE = `Usage:

  quorate [flags]
    Start a member.

  quorate --version
    Show the version of etcd that this member claims, and its own.

  quorate -h | --help
    Show this text.

  quorate --config-file PATH
    Read everything from a file, YAML or JSON; other flags and the environment are then ignored.

Each flag can also be set by an environment variable: ETCD_ and the flag's name in upper case, "-" as "_".
`;

export function helpText(): string {
  return `${USAGE}\n${FLAG_GROUPS.map(groupText).join("\n")}`;
}

function groupText(group: (typeof FLAG_GROUPS)[number]): string {
  return `${group}:\n${FLAGS.filter((spec) => spec.group === group)
    .map(flagText)
    .join("")}`;
}

function flagText({ name, initial, help, refused }: FlagSpec): string {
  const limit = refused === undefined ? "" : ` Only the default: ${refused}.`;
  return `  --${name} '${initial}'\n    ${help}${limit}\n`;
}

/** What the program is and runs on. */
export type Build = {
  /** Of Quorate. */
  readonly version: string;
  readonly node: string;
  /** Go's names: linux, amd64. */
  readonly os: string;
  readonly arch: string;
};

/** Four lines in the form that scripts read from etcd. */
export function versionText(advertiseVersion: string, { version, node, os, arch }: Build): string {
  return [
    `etcd Version: ${advertiseVersion}`,
    `Git SHA: none (Quorate ${version})`,
    `Go Version: none (Node.js ${node})`,
    `Go OS/Arch: ${os}/${arch}`,
    "",
  ].join("\n");
}
