/** Raft's configuration in etcd's JSON. Its ids are numbers up to 2^64, which no JSON parser of ours may see as numbers. */
import { UINT64_MAX } from "@quorate/base";
import { type ConfState, newConfState } from "@quorate/proto";

/** etcd's JSON of a ConfState. */
export function formatConfState(state: ConfState): string {
  const lists = [
    ["voters", state.voters],
    ["learners", state.learners],
    ["voters_outgoing", state.votersOutgoing],
    ["learners_next", state.learnersNext],
  ] as const;
  const parts = lists.filter(([, ids]) => ids.length > 0).map(([name, ids]) => `"${name}":[${ids.join(",")}]`);
  return `{${[...parts, `"auto_leave":${state.autoLeave}`].join(",")}}`;
}

/** The configuration that a row says, or undefined. */
export function parseConfState(text: string): ConfState | undefined {
  let json: unknown;
  try {
    // Only ids stand between brackets and commas; as strings they stay whole.
    json = JSON.parse(text.replace(/([[,]\s*)(\d+)(?=\s*[\],])/g, '$1"$2"'));
  } catch {
    return undefined;
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const fields = json as Readonly<Record<string, unknown>>;
  const voters = idsOf(fields["voters"]);
  const learners = idsOf(fields["learners"]);
  const votersOutgoing = idsOf(fields["voters_outgoing"]);
  const learnersNext = idsOf(fields["learners_next"]);
  if (voters === undefined || learners === undefined) return undefined;
  if (votersOutgoing === undefined || learnersNext === undefined) return undefined;
  return newConfState({ voters, learners, votersOutgoing, learnersNext, autoLeave: fields["auto_leave"] === true });
}

function idsOf(value: unknown): bigint[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const ids: bigint[] = [];
  for (const text of value) {
    if (typeof text !== "string" || !/^\d{1,20}$/.test(text) || BigInt(text) > UINT64_MAX) return undefined;
    ids.push(BigInt(text));
  }
  return ids;
}
