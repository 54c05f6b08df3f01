/** The command line of one member: the flags of etcd's own raft example, and what is wrong with a set of them. */

/** A checked command line. */
export type Options = {
  readonly id: bigint;
  /** Peer URLs; member i of a new cluster is the i-th, counted from 1. */
  readonly cluster: readonly string[];
  /** Port of the HTTP API, on 127.0.0.1. */
  readonly port: number;
  /** Join a running cluster instead of starting a new one. */
  readonly join: boolean;
  readonly dataDir: string;
  /** Entries applied between two snapshots. */
  readonly snapshotCount: number;
};

export const USAGE = `usage: raftexample --id N --cluster URL,URL,URL --port P [--join] [--data-dir DIR] [--snapshot-count N]

  --id N               this member's id, 1 for the first URL of --cluster, 2 for the second, ...
  --cluster URLS       peer URLs of the members, comma separated (default http://127.0.0.1:9021)
  --port P             port of the key-value API on 127.0.0.1 (default 9121)
  --join               join a running cluster that was told of this member (POST /N with its peer URL)
  --data-dir DIR       where this member keeps its log and snapshots (default raftexample-N)
  --snapshot-count N   entries applied between two snapshots (default 10000)`;

const DEFAULT_SNAPSHOT_COUNT = 10_000;
const MAX_SNAPSHOT_COUNT = 10_000_000;

/** The options, or the sentence that says what is wrong with them. */
export function parseOptions(args: readonly string[]): Options | { readonly problem: string } {
  const flags = parseFlags(args);
  if ("problem" in flags) return flags;
  const id = parseMemberId(flags.values.get("id") ?? "1");
  if (id === undefined)
    return { problem: `--id must be a whole number from 1 to 2^64 - 3, not "${flags.values.get("id")}"` };
  const cluster = (flags.values.get("cluster") ?? "http://127.0.0.1:9021").split(",");
  for (const url of cluster) {
    const problem = peerUrlProblem(url);
    if (problem !== undefined) return { problem: `--cluster: ${problem}` };
  }
  if (new Set(cluster).size !== cluster.length) return { problem: "--cluster names a URL twice" };
  if (id > BigInt(cluster.length)) {
    return {
      problem: `--id ${id} has no URL: --cluster names ${cluster.length} member${cluster.length === 1 ? "" : "s"}`,
    };
  }
  const port = wholeNumber(flags.values.get("port") ?? "9121", 65_535);
  if (port === undefined)
    return { problem: `--port must be a number from 1 to 65535, not "${flags.values.get("port")}"` };
  const snapshotCount = wholeNumber(
    flags.values.get("snapshot-count") ?? `${DEFAULT_SNAPSHOT_COUNT}`,
    MAX_SNAPSHOT_COUNT,
  );
  if (snapshotCount === undefined)
    return { problem: `--snapshot-count must be a number from 1 to ${MAX_SNAPSHOT_COUNT}` };
  const dataDir = flags.values.get("data-dir") ?? `raftexample-${id}`;
  if (dataDir === "") return { problem: "--data-dir must not be empty" };
  return { id, cluster, port, join: flags.join, dataDir, snapshotCount };
}

/** A member id in decimal or 0x hex; undefined for 0, the two addresses that raft reserves, and anything else. */
export function parseMemberId(text: string): bigint | undefined {
  if (!/^(0x[0-9a-fA-F]{1,16}|\d{1,20})$/.test(text)) return undefined;
  const id = BigInt(text);
  return id === 0n || id > 0xffff_ffff_ffff_fffdn ? undefined : id;
}

/** Why `url` is no peer URL (scheme, host and port, nothing else), or undefined. */
export function peerUrlProblem(url: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\s]+:[1-9]\d{0,4}$/.test(url) || !URL.canParse(url)) {
    return `"${url}" is not a peer URL like http://127.0.0.1:9021`;
  }
  return undefined;
}

type Flags = { readonly values: ReadonlyMap<string, string>; readonly join: boolean };

function parseFlags(args: readonly string[]): Flags | { readonly problem: string } {
  const known = new Set(["id", "cluster", "port", "data-dir", "snapshot-count"]);
  const values = new Map<string, string>();
  let join = false;
  for (let i = 0; i < args.length; i++) {
    // One dash or two, value behind "=" or as the next word: as Go's flag package reads them.
    const match = /^--?([a-z][a-z-]*)(?:=(.*))?$/s.exec(args[i] ?? "");
    const name = match?.[1];
    if (name === undefined) return { problem: `unexpected argument "${args[i]}"` };
    if (name === "join") {
      if (match?.[2] !== undefined && match[2] !== "true" && match[2] !== "false")
        return { problem: "--join is true or false" };
      join = match?.[2] !== "false";
      continue;
    }
    if (!known.has(name)) return { problem: `unknown flag --${name}` };
    const value = match?.[2] ?? args[++i];
    if (value === undefined) return { problem: `--${name} needs a value` };
    values.set(name, value);
  }
  return { values, join };
}

function wholeNumber(text: string, max: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= 1 && value <= max ? value : undefined;
}
