/** What a row of the flag table says. The table alone drives the command line, the environment, the configuration file and --help. */

export type FlagKind =
  /** Any text. */
  | "string"
  | "bool"
  /** Whole numbers: not negative; below 2^32; of either sign. */
  | "uint"
  | "uint32"
  | "int"
  /** "1m30s"; milliseconds in the configuration, whole nanoseconds in the file. */
  | "duration"
  /** Comma separated URLs. */
  | "urls"
  /** "*" or comma separated URLs. */
  | "origins"
  /** Comma separated words; a list or such a text in the file. */
  | "strings"
  /** One of a few words. */
  | "choice"
  /** A=true,B=false. */
  | "gates";

export const FLAG_GROUPS = [
  "Member",
  "Clustering",
  "Security",
  "Auth",
  "Profiling and Monitoring",
  "Logging",
  "Distributed tracing",
  "Features",
  "Unsafe",
  "Quorate",
  "Of etcd 3.5",
] as const;

export type FlagGroup = (typeof FLAG_GROUPS)[number];

export type FlagSpec = {
  readonly name: string;
  readonly kind: FlagKind;
  /** The default, as text of this kind. */
  readonly initial: string;
  readonly group: FlagGroup;
  readonly help: string;
  /** Where the configuration file has it, sections joined by "/"; undefined: not in the file. */
  readonly fileKey: string | undefined;
  /** etcd 3.5's name for the same, which is taken too. */
  readonly oldName: string | undefined;
  readonly choices: readonly string[];
  /** Why a value other than the default is refused: this release cannot honour it. Without it the flag is honoured. */
  readonly refused: string | undefined;
};

/** A row in short: name, kind, default, help, and what is unusual about it. */
export type FlagRow = readonly [string, FlagKind, string, string, RowOptions?];

type RowOptions = {
  /** A key of its own in the file, or none. Without it the key is the flag's name. */
  readonly file?: string | "none";
  /** etcd 3.5 has it with "experimental-" in front. */
  readonly experimental?: true;
  readonly choices?: readonly string[];
  readonly refused?: string;
};

export function specsOf(group: FlagGroup, rows: readonly FlagRow[]): FlagSpec[] {
  return rows.map(([name, kind, initial, help, options = {}]) => ({
    name,
    kind,
    initial,
    group,
    help,
    fileKey: options.file === "none" ? undefined : (options.file ?? name),
    oldName: options.experimental ? `experimental-${name}` : undefined,
    choices: options.choices ?? [],
    refused: options.refused,
  }));
}
