/**
 * Follows one write through three members in this process: starts them in a folder of their own, sends one PUT to the leader, and sorts
 * what the trace points report into the 28 steps. What `npm run trace` prints and what the test of the order checks.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@quorate/base";
import { type Member, startMember } from "./node-member.ts";
import { createTracePoints, type TraceRecord, WRITE_PATH_CHANNEL } from "./node-trace-channel.ts";
import { type Step, WRITE_PATH } from "./write-path.ts";

/** One step as it happened. `atMs` counts from step 1. */
export type SeenStep = {
  readonly step: Step;
  readonly member: bigint;
  readonly atMs: number;
  readonly term: number | undefined;
  readonly index: number | undefined;
};

const MEMBERS = 3;
const WITHIN_MS = 15_000;
const POLL_MS = 10;
const KEY = "traced";

/** Runs the whole thing; members and folder are gone when it returns. Throws if a step was not seen. */
export async function traceOneWrite(): Promise<SeenStep[]> {
  const root = mkdtempSync(join(tmpdir(), "quorate-trace-"));
  const members: Member[] = [];
  try {
    members.push(...(await startMembers(root)));
    return await record(await leaderOf(members));
  } finally {
    for (const member of members) member.stop();
    await Promise.all(members.map((member) => member.ended));
    rmSync(root, { recursive: true, force: true });
  }
}

async function startMembers(root: string): Promise<Member[]> {
  const cluster: string[] = [];
  for (let i = 0; i < MEMBERS; i++) cluster.push(`http://127.0.0.1:${await freePort()}`);
  const trace = createTracePoints();
  return Promise.all(
    cluster.map((_, i) =>
      startMember(
        {
          id: BigInt(i + 1),
          cluster,
          port: 0,
          join: false,
          dataDir: join(root, `member-${i + 1}`),
          snapshotCount: 10_000,
        },
        { logger: silentLogger, trace },
      ),
    ),
  );
}

/** The leader, once all members hold everything: nothing but the traced write moves from then on. */
async function leaderOf(members: readonly Member[]): Promise<{ readonly member: Member; readonly id: bigint }> {
  for (const deadline = performance.now() + WITHIN_MS; performance.now() < deadline; await pause()) {
    const statuses = members.map(
      (member) => JSON.parse(member.status()) as { id: string; commit: number; applied: number; leader: string },
    );
    const first = statuses[0];
    const isSettled = statuses.every(
      (s) => s.leader !== "0" && s.applied === first?.applied && s.commit === s.applied && s.commit > MEMBERS,
    );
    const at = members.findIndex((member) => member.isLeader());
    if (isSettled && at >= 0) return { member: members[at] as Member, id: BigInt(at + 1) };
  }
  throw new Error(`no leader within ${WITHIN_MS / 1000} s`);
}

async function record({ member, id }: { readonly member: Member; readonly id: bigint }): Promise<SeenStep[]> {
  const records: TraceRecord[] = [];
  const listener = (message: unknown): void => void records.push(message as TraceRecord);
  subscribe(WRITE_PATH_CHANNEL, listener);
  try {
    const response = await fetch(`http://127.0.0.1:${member.apiPort}/${KEY}`, { method: "PUT", body: "28 steps" });
    if (response.status !== 204) throw new Error(`the PUT was answered ${response.status}`);
    // The answer leaves before the last trace points of its turn.
    for (const deadline = performance.now() + WITHIN_MS; performance.now() < deadline; await pause()) {
      const steps = sortIntoSteps(records, id);
      if (steps.length === WRITE_PATH.length) return steps;
    }
  } finally {
    unsubscribe(WRITE_PATH_CHANNEL, listener);
  }
  const seen = new Set(sortIntoSteps(records, id).map(({ step }) => step.number));
  const missing = WRITE_PATH.filter(({ number }) => !seen.has(number)).map(
    ({ number, point }) => `${number} (${point})`,
  );
  throw new Error(`steps not seen: ${missing.join(", ")}`);
}

/** Steps in the order in which one causes the other: 13, 20 and 22 wait for the follower's answer to 28. */
const CAUSAL_ORDER: readonly number[] = [...range(1, 12), ...range(14, 19), 21, ...range(23, 28), 13, 20, 22];
/** The step that causes a step, where it is not the one before it. */
const CAUSES: ReadonlyMap<number, number> = new Map([
  [13, 28],
  [14, 12],
  [20, 13],
  [21, 19],
  [22, 20],
  [23, 19],
]);

/**
 * For each step the first record of its point, on its side, after the record of the step that causes it: heartbeats and their Readys come
 * in between. Where a point tells the index of an entry, it is the entry of this write. Steps of followers are all on the follower that appended it first.
 */
function sortIntoSteps(records: readonly TraceRecord[], leader: bigint): SeenStep[] {
  const entry = records.find((r) => r.name === "raft.appendEntry" && r.member === leader);
  const follower = records.find(
    (r) => r.member !== leader && r.name === "raft.handleAppendEntries" && r.index === entry?.index,
  )?.member;
  const places = new Map<number, number>();
  for (const number of CAUSAL_ORDER) {
    const cause = places.get(CAUSES.get(number) ?? number - 1) ?? (number === 1 ? 0 : undefined);
    const { point, side } = WRITE_PATH[number - 1] as Step;
    const member = side === "leader" ? leader : follower;
    const isOfEntry = (r: TraceRecord): boolean => r.name === point && r.member === member && r.index === entry?.index;
    const tellsIndex = records.some(isOfEntry);
    const place = records.findIndex(
      (r, i) => i >= (cause ?? records.length) && (tellsIndex ? isOfEntry(r) : r.name === point && r.member === member),
    );
    if (place >= 0) places.set(number, place);
  }
  const start = records[places.get(1) ?? 0]?.atMs ?? 0;
  return WRITE_PATH.flatMap((step) => {
    const found = records[places.get(step.number) ?? records.length];
    if (found === undefined) return [];
    return [{ step, member: found.member, atMs: found.atMs - start, term: found.term, index: found.index }];
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** A port of loopback that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function pause(): Promise<void> {
  return new Promise((next) => setTimeout(next, POLL_MS));
}
