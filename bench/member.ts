/**
 * One member alone, without sockets and disks: what a put costs between its proposal and its answer where it is led, and what it costs
 * a follower. Steps of 100 proposals, as under load.
 */
import { MemoryBackend, Prng } from "@quorate/base";
import { Alarms, Cluster, encodeContext, Lessor, Machine, newMember } from "@quorate/machine";
import { type Effects, Member, type MemberEvent } from "@quorate/member";
import { openStore } from "@quorate/mvcc";
import {
  type Entry,
  encodeInternalRaftRequest,
  type Message,
  MessageType,
  newConfState,
  newEntry,
  newInternalRaftRequest,
  newMessage,
  newPutRequest,
  newRequestHeader,
} from "@quorate/proto";
import { MemoryStorage } from "@quorate/raft";
import { atMost, medianSeconds, type Result } from "./measure.ts";

const PUTS = 20_000;
const BATCH = 100;
const KEYS = 10_000;
const VALUE = new Uint8Array(256).fill(7);
const MICRO = 1e6;
const LEADER_TERM = 2;

type Hosted = { readonly member: Member<number>; readonly backend: MemoryBackend };

function openMember(ids: readonly bigint[]): Hosted {
  const backend = new MemoryBackend();
  const lessor = new Lessor(backend, { minTtlSeconds: 2, maxClockStepMs: 300, checkpointIntervalMs: undefined });
  const store = openStore(backend, lessor);
  const machine = new Machine({ store, lessor, cluster: new Cluster(backend, 1), alarms: new Alarms(backend) }, 0);
  const bootstrap = ids.map((id) => {
    const member = newMember({ id, peerUrls: [`http://127.0.0.1:${id}`] });
    return { id, context: encodeContext({ member, isPromote: false }) };
  });
  const member = new Member<number>(
    {
      id: 1n,
      name: "m1",
      clientUrls: ["http://127.0.0.1:2379"],
      tickMs: 100,
      electionTicks: 10,
      preVote: true,
      snapshotCount: 10_000,
      snapshotCatchUpEntries: 5_000,
      maxRequestBytes: 1_572_864,
      quotaBytes: 2 ** 31,
      backendBatchMs: 100,
      backendBatchLimit: 10_000,
      compactionBatchRows: 1_000,
      compactionPauseMs: 10,
      autoCompaction: { mode: "off" },
      startedAtMs: 1_700_000_000_000,
      random: new Prng(1),
    },
    { log: new MemoryStorage(), machine, backend, snapshotIndex: 0, confState: newConfState(), bootstrap },
    { backendBytes: () => 0, activeSince: () => 0 },
  );
  return { member, backend };
}

/** Steps with a disk that answers in the next step, until nothing is left; gives back how many waiters were answered. */
function settle({ member, backend }: Hosted, nowMs: number, first: readonly MemberEvent<number>[]): number {
  let events = first;
  let answers = 0;
  for (;;) {
    const effects: Effects<number> = member.step(nowMs, events);
    answers += effects.waiters.length;
    events = effects.appends.map((append) => ({ kind: "appended", append }) as const);
    if (effects.saveSnapshot !== undefined) {
      events = [...events, { kind: "snapshotSaved", metadata: effects.saveSnapshot.metadata }];
    }
    if (events.length === 0 && !effects.more) break;
  }
  backend.finishCommit();
  return answers;
}

function putOf(i: number, id: bigint): Uint8Array {
  const key = Uint8Array.from(`key/${String(i % KEYS).padStart(8, "0")}`, (c) => c.charCodeAt(0));
  const header = newRequestHeader({ ID: id });
  const body = { kind: "put", value: newPutRequest({ key, value: VALUE }) } as const;
  return encodeInternalRaftRequest(newInternalRaftRequest({ header, body }));
}

/** Microseconds a put at a member that leads alone. */
function leaderMicros(): number {
  const requests = Array.from({ length: PUTS }, (_, i) => {
    const id = (1n << 48n) + BigInt(i);
    return { kind: "propose", id, data: putOf(i, id), waiter: i } as const;
  });
  const seconds = medianSeconds(() => {
    const hosted = openMember([1n]);
    settle(hosted, 0, [{ kind: "campaign" }]);
    let answers = 0;
    for (let at = 0; at < PUTS; at += BATCH) answers += settle(hosted, at / 100, requests.slice(at, at + BATCH));
    if (answers !== PUTS) throw new Error(`${answers} answers to ${PUTS} puts`);
  });
  return (seconds / PUTS) * MICRO;
}

/** Microseconds a put at a follower, from the leader's message to the acknowledgement and the applied entry. */
function followerMicros(): number {
  const ids = [1n, 2n, 3n];
  const base = ids.length;
  const data = Array.from({ length: PUTS }, (_, i) => putOf(i, (2n << 48n) + BigInt(i)));
  const messageAt = (at: number): Message => {
    const entries: Entry[] = [];
    for (let i = at; i < at + BATCH; i++) {
      entries.push(newEntry({ term: LEADER_TERM, index: base + 1 + i, data: data[i] }));
    }
    const index = base + at;
    const logTerm = at === 0 ? 1 : LEADER_TERM;
    return newMessage({
      type: MessageType.MsgApp,
      from: 2n,
      to: 1n,
      term: LEADER_TERM,
      index,
      logTerm,
      entries,
      commit: index,
    });
  };
  const seconds = medianSeconds(() => {
    const hosted = openMember(ids);
    settle(hosted, 0, []);
    for (let at = 0; at < PUTS; at += BATCH) {
      settle(hosted, at / 100, [{ kind: "receive", message: messageAt(at) }]);
    }
    if (hosted.member.appliedIndex !== base + PUTS - BATCH) throw new Error("the follower is behind");
  });
  return (seconds / PUTS) * MICRO;
}

export function benchMember(): Result[] {
  return [
    atMost("member/put-256-alone", leaderMicros(), "us", 10),
    atMost("member/put-256-follower", followerMicros(), "us", 8),
  ];
}
