import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Prng } from "@quorate/base";
import {
  type Entry,
  type Message,
  MessageType,
  newConfState,
  newEntry,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
  type Snapshot,
} from "@quorate/proto";
import { RawMember, type RawMemberInit, withSeed } from "@quorate/testkit";
import { describeMessage } from "./describe.ts";
import { describeHardState } from "./describe-state.ts";
import { RaftError } from "./errors.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, MAX_TERM_OR_INDEX, StateType, stateTypeName } from "./types.ts";

const T = MessageType;
/** Members and storages are taken through this many lives of this many messages each. */
const LIVES = 800;
/** The rarest pair of role and message comes about once in 250 lives. */
const LIVES_AT_MOST = 20 * LIVES;
const MESSAGES = 25;

const roles = [
  "follower",
  "follower of a leader",
  "pre-candidate",
  "candidate",
  "leader",
  "leader with snapshots",
  "learner",
] as const;
type Role = (typeof roles)[number];

function memberIn(role: Role, random: Prng): RawMember {
  const init: RawMemberInit = {
    voters: role === "learner" ? [2n, 3n] : [1n, 2n, 3n],
    learners: role === "learner" ? [1n] : [4n],
    preVote: role === "pre-candidate",
    checkQuorum: random.chance(0.5),
    asyncStorageWrites: random.chance(0.5),
    stepDownOnRemoval: random.chance(0.5),
    maxSizePerMsg: random.pick([0, 50, Number.POSITIVE_INFINITY]),
    maxInflightMsgs: random.pick([1, 256]),
    random,
    isTolerant: true,
  };
  const member = new RawMember(init);
  const step = (m: Partial<Message>): void => {
    member.raw.step(newMessage({ to: 1n, ...m }));
    member.settle();
  };
  const entries = [1, 2, 3].map((index) => newEntry({ term: 1, index }));
  if (role !== "follower") step({ type: T.MsgApp, from: 2n, term: 1, entries, commit: 2 });
  if (role === "pre-candidate" || role === "candidate" || role.startsWith("leader")) member.raw.campaign();
  member.settle();
  if (!role.startsWith("leader")) return member;
  step({ type: T.MsgVoteResp, from: 2n, term: 2 });
  for (let i = 0; i < 3; i++) member.raw.propose(Uint8Array.of(i));
  member.settle();
  step({ type: T.MsgAppResp, from: 3n, term: 2, index: 6 });
  if (role !== "leader with snapshots") return member;
  member.storage.createSnapshot(5, newConfState({ voters: [1n, 2n, 3n], learners: [4n] }), Uint8Array.of(1));
  member.storage.compact(5);
  step({ type: T.MsgHeartbeatResp, from: 2n, term: 2 });
  return member;
}

/** Values around those that matter to this member now, and now and then from far outside. */
function near(random: Prng, ...values: readonly number[]): number {
  if (random.chance(0.03)) return random.pick([MAX_TERM_OR_INDEX, MAX_TERM_OR_INDEX + 1, Number.MAX_SAFE_INTEGER]);
  return Math.max(0, random.pick(values) + random.pick([-1, 0, 0, 0, 1, 2]));
}

function arbitraryMessage(random: Prng, member: RawMember): Message {
  const { hardState } = member.raw.basicStatus();
  const last = member.storage.lastIndex();
  const index = near(random, 0, hardState.commit, last);
  const term = random.chance(0.1) ? 0 : near(random, hardState.term, hardState.term, hardState.term, 1);
  return newMessage({
    type: random.pick(Object.values(MessageType)),
    to: random.pick([1n, 1n, 2n]),
    from: random.pick([0n, 1n, 2n, 2n, 3n, 3n, 4n, 99n, LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD]),
    term,
    logTerm: near(random, 0, 1, hardState.term),
    index,
    entries: arbitraryEntries(random, index, term),
    commit: near(random, 0, hardState.commit, last),
    snapshot: random.chance(0.4) ? arbitrarySnapshot(random, term, last) : undefined,
    reject: random.chance(0.4),
    rejectHint: near(random, 0, hardState.commit, last),
    context: random.chance(0.3) ? arbitraryBytes(random, 16) : undefined,
    vote: random.pick([0n, 1n, 2n, LOCAL_APPEND_THREAD]),
  });
}

/** Mostly a run that follows `index`, else anything. */
function arbitraryEntries(random: Prng, index: number, term: number): Entry[] {
  const isRun = random.chance(0.7);
  return Array.from({ length: random.pick([0, 0, 1, 1, 2, 5]) }, (_, i) =>
    newEntry({
      type: random.pick([0, 0, 0, 1, 2, 3]) as 0,
      term: isRun ? Math.max(0, Math.min(term, near(random, term))) : near(random, 0, term),
      index: isRun ? index + 1 + i : near(random, 0, index),
      data: random.chance(0.8) ? arbitraryBytes(random, 8) : undefined,
    }),
  );
}

function arbitrarySnapshot(random: Prng, term: number, last: number): Snapshot {
  const some = (): bigint[] => [0n, 1n, 2n, 3n, 4n, 5n].filter(() => random.chance(0.35));
  const confState = newConfState({
    voters: some(),
    votersOutgoing: random.chance(0.3) ? some() : [],
    learners: random.chance(0.3) ? some() : [],
    learnersNext: random.chance(0.1) ? some() : [],
    autoLeave: random.chance(0.2),
  });
  const metadata = newSnapshotMetadata({
    confState,
    index: near(random, last, last + 3, 0),
    term: near(random, term, 1),
  });
  return newSnapshot({ data: arbitraryBytes(random, 4), metadata });
}

/** Small values, so that some are a configuration change that can be decoded. */
function arbitraryBytes(random: Prng, length: number): Uint8Array {
  return Uint8Array.from({ length: random.below(length + 1) }, () =>
    random.chance(0.8) ? random.below(40) : random.below(256),
  );
}

describe("raft/arbitrary-messages", () => {
  it("refuses what it cannot take with a typed error, in every role, and never moves back", () => {
    withSeed("raft/dist/arbitrary", ({ prng }) => {
      const taken = new Map<string, number>();
      const refused = new Map<string, number>();
      // Every type has to get through in every role it can meet, and every kind of refusal to be seen: some are rare.
      for (let life = 0; life < LIVES || (missing(taken, refused).length > 0 && life < LIVES_AT_MOST); life++) {
        const member = memberIn(random(prng, life), prng);
        for (let n = 0; n < MESSAGES; n++) live(member, prng, taken, refused);
      }
      assert.deepEqual(missing(taken, refused), []);
    });
  });
});

/** What has not been seen yet. */
function missing(taken: ReadonlyMap<string, number>, refused: ReadonlyMap<string, number>): string[] {
  const names = ["MsgApp", "MsgVote", "MsgHeartbeat", "MsgSnap", "MsgTimeoutNow", "MsgTransferLeader"];
  const wanted = Object.values(StateType).flatMap((state) => names.map((name) => `${stateTypeName(state)} ${name}`));
  const codes = ["InvalidMessage", "CommitOutOfRange", "StepLocalMsg", "StepPeerNotFound", "ProposalDropped"];
  return [...wanted.filter((name) => !taken.has(name)), ...codes.filter((code) => !refused.has(code))];
}

function random(prng: Prng, life: number): Role {
  return roles[life % roles.length] ?? prng.pick(roles);
}

/** One message, or a little of what the member does by itself; then everything that follows from it. */
function live(member: RawMember, prng: Prng, taken: Map<string, number>, refused: Map<string, number>): void {
  const before = member.raw.basicStatus();
  const m = arbitraryMessage(prng, member);
  const text = `${stateTypeName(before.raftState)} ${describeHardState(before.hardState)} ${describeMessage(m)}`;
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  try {
    if (prng.chance(0.1)) member.raw.tick();
    try {
      member.raw.step(m);
      count(taken, `${stateTypeName(before.raftState)} ${text.split(" ").find((word) => word.startsWith("Msg"))}`);
    } catch (error) {
      if (!(error instanceof RaftError)) throw error;
      count(refused, error.code);
    }
    const after = member.raw.basicStatus();
    assert.ok(after.hardState.commit >= before.hardState.commit, "the commit index moved back");
    assert.ok(after.hardState.term >= before.hardState.term, "the term moved back");
    member.settle();
    assert.ok(member.raw.basicStatus().applied >= before.applied, "the applied index moved back");
  } catch (error) {
    throw new Error(text, { cause: error });
  }
}
