/**
 * Quorum scripts: `committed` and `vote` on given configurations, each case by itself. Every result is computed a second way too; where
 * ways disagree, the output says so.
 */
import { JointConfig, MajorityConfig, voteResultName } from "@quorate/raft";
import type { Directive } from "./datadriven.ts";
import { scanId, scanNumber } from "./datadriven.ts";

type Config = { readonly ids: readonly bigint[]; readonly outgoing: readonly bigint[]; readonly isJoint: boolean };

/** The output of one directive. */
export function handleQuorum(d: Directive): string {
  const config = parseConfig(d);
  const voters = [...new Set([...config.ids, ...config.outgoing])];
  if (d.command === "committed") {
    const values = valuesOf(d, "idx");
    if (values.length !== voters.length) return mismatch(voters, values);
    const acked = new Map<bigint, number>();
    values.forEach((value, i) => {
      if (value !== "_") acked.set(voters[i] as bigint, scanNumber(d, value));
    });
    return describeCommitted(config, acked);
  }
  if (d.command === "vote") {
    const values = valuesOf(d, "votes");
    if (values.length !== voters.length) return mismatch(voters, values);
    const votes = new Map<bigint, boolean>();
    values.forEach((value, i) => {
      if (value !== "_") votes.set(voters[i] as bigint, value === "y");
    });
    return describeVote(config, votes);
  }
  return "unknown command";
}

function parseConfig(d: Directive): Config {
  const ids = (key: string): bigint[] => valuesOf(d, key).map((value) => scanId(d, value));
  const outgoing = d.args.find((arg) => arg.key === "cfgj");
  const isZero = outgoing?.values.length === 1 && outgoing.values[0] === "zero";
  return { ids: ids("cfg"), outgoing: isZero ? [] : ids("cfgj"), isJoint: outgoing !== undefined };
}

function valuesOf(d: Directive, key: string): readonly string[] {
  const values = d.args.find((arg) => arg.key === key)?.values ?? [];
  return values.length === 1 && values[0] === "" ? [] : values;
}

function describeCommitted({ ids, outgoing, isJoint }: Config, acked: ReadonlyMap<bigint, number>): string {
  const get = (id: bigint): number | undefined => acked.get(id);
  const incoming = new MajorityConfig(ids);
  const old = new MajorityConfig(outgoing);
  const joint = new JointConfig(incoming, old);
  const index = isJoint ? joint.committedIndex(get) : incoming.committedIndex(get);
  let text = `${isJoint ? joint.describe(get) : incoming.describe(get)}${indexText(index)}`;
  const check = (other: number, way: string): void => {
    if (other !== index) text += ` <-- via ${way}: ${indexText(other)}`;
  };
  if (isJoint) {
    check(new JointConfig(old, incoming).committedIndex(get), "symmetry");
  } else {
    check(alternativeCommitted(ids, acked), "alternative computation");
    check(joint.committedIndex(get), "zero-joint quorum");
    check(new JointConfig(incoming, incoming).committedIndex(get), "self-joint quorum");
    checkLowered(ids, acked, index, check);
  }
  return `${text}\n`;
}

/** Lowering what is at or past the committed index, but not below it, must not move it. */
function checkLowered(
  ids: readonly bigint[],
  acked: ReadonlyMap<bigint, number>,
  index: number,
  check: (other: number, way: string) => void,
): void {
  for (const id of ids) {
    const own = acked.get(id);
    if (own === undefined || own <= index) continue;
    const lowered = new Map(acked).set(id, index);
    check(
      new MajorityConfig(ids).committedIndex((other) => lowered.get(other)),
      `overlaying ${id}`,
    );
  }
}

/** The largest index that enough voters reach, found by trying each. */
function alternativeCommitted(ids: readonly bigint[], acked: ReadonlyMap<bigint, number>): number {
  const voters = [...new Set(ids)];
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  const reaching = (index: number): number => voters.filter((id) => (acked.get(id) ?? 0) >= index).length;
  const needed = Math.floor(voters.length / 2) + 1;
  return Math.max(0, ...[...acked.values()].filter((index) => reaching(index) >= needed));
}

function describeVote({ ids, outgoing, isJoint }: Config, votes: ReadonlyMap<bigint, boolean>): string {
  const get = (id: bigint): boolean | undefined => votes.get(id);
  const incoming = new MajorityConfig(ids);
  const old = new MajorityConfig(outgoing);
  if (!isJoint) return `${voteResultName(incoming.voteResult(get))}\n`;
  const result = new JointConfig(incoming, old).voteResult(get);
  const swapped = new JointConfig(old, incoming).voteResult(get);
  const note = swapped === result ? "" : ` <-- via symmetry: ${voteResultName(swapped)}`;
  return `${voteResultName(result)}${note}\n`;
}

function indexText(index: number): string {
  return index === Number.POSITIVE_INFINITY ? "\u221e" : String(index);
}

function mismatch(voters: readonly bigint[], values: readonly string[]): string {
  return `error: mismatched input (explicit or _) for voters map[${voters.map((id) => `${id}:{}`).join(" ")}]: [${values.join(" ")}]`;
}
