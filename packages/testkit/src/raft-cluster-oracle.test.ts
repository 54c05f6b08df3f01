import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Entry,
  MessageType,
  newConfState,
  newEntry,
  newHardState,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import { type BasicStatus, StateType } from "@quorate/raft";
import { CrashDisk } from "./raft-cluster-disk.ts";
import { encodeState, nextState, Oracle, SafetyViolation } from "./raft-cluster-oracle.ts";

const entry = (term: number, index: number, text = ""): Entry =>
  newEntry({ term, index, data: new TextEncoder().encode(text) });
const voters = (...ids: bigint[]): ReturnType<typeof newConfState> => newConfState({ voters: ids });
const oracle = (): Oracle => new Oracle([{ index: 0, confState: voters(1n, 2n, 3n) }], true);

const status = (term: number, raftState: BasicStatus["raftState"] = StateType.Leader): BasicStatus => ({
  id: 1n,
  hardState: newHardState({ term }),
  lead: 1n,
  raftState,
  applied: 0,
  leadTransferee: 0n,
});

/** The call throws because a rule is broken, and says which. */
function bites(call: () => unknown, message: RegExp): void {
  assert.throws(call, (error) => error instanceof SafetyViolation && message.test(error.message));
}

describe("testkit/raft-cluster-oracle", () => {
  it("bites at two leaders of one term, and not at one of each", () => {
    const each = oracle();
    assert.equal(each.sawLeader(1n, status(2)), true);
    assert.equal(each.sawLeader(1n, status(2)), false);
    assert.equal(each.sawLeader(2n, status(3)), true);
    assert.equal(each.sawLeader(2n, status(2, StateType.Follower)), false);
    bites(() => each.sawLeader(2n, status(2)), /term 2 has two leaders: 1 and 2/);
  });

  it("bites at two contents or two predecessors of one entry", () => {
    const each = oracle();
    each.sawEntries(0, [entry(1, 1, "a"), entry(2, 2, "b")]);
    each.sawEntries(1, [entry(2, 2, "b")]);
    each.sawEntries(1, [entry(3, 2, "other")]);
    bites(() => each.sawEntries(0, [entry(1, 1, "x")]), /two entries at 1\/1/);
    bites(() => each.sawEntries(3, [entry(2, 2, "b")]), /2\/2 follows term 1 and term 3/);
  });

  it("bites at two entries committed at one index", () => {
    const each = oracle();
    each.sawCommitted(2, entry(1, 1));
    each.sawCommitted(3, entry(1, 1));
    bites(() => each.sawCommitted(3, entry(2, 1)), /index 1 committed as/);
  });

  it("bites at a leader that lacks, or overwrote, what an earlier term committed", () => {
    const each = oracle();
    each.sawCommitted(2, entry(1, 1));
    each.sawCommitted(2, entry(2, 2));
    const base = { term: 0, index: 0 };
    each.checkComplete(1n, 3, { base, entries: [entry(1, 1), entry(2, 2)] });
    each.checkComplete(1n, 3, { base: { term: 2, index: 2 }, entries: [] });
    each.checkComplete(1n, 2, { base, entries: [] });
    bites(() => each.checkComplete(1n, 3, { base, entries: [entry(1, 1)] }), /leader 1 of term 3 lacks committed 2\/2/);
    bites(() => each.checkComplete(1n, 3, { base, entries: [entry(1, 1), entry(3, 2)] }), /lacks committed 2\/2/);
  });

  it("bites at another entry, or another state, at an applied index", () => {
    const each = oracle();
    const state = each.sawApplied(entry(1, 1, "a"), 0);
    assert.equal(each.sawApplied(entry(1, 1, "a"), 0), state);
    assert.equal(each.highestApplied, 1);
    assert.equal(each.stateAt(1), state);
    bites(() => each.sawApplied(entry(1, 1, "b"), 0), /index 1 applied as/);
    bites(() => each.sawApplied(entry(1, 1, "a"), 99), /index 1 applied as/);
    bites(() => each.stateAt(2), /nobody has applied 2/);
  });

  it("bites at two configurations at one index", () => {
    const each = oracle();
    each.sawConfState(5, voters(1n, 2n));
    each.sawConfState(5, voters(2n, 1n));
    bites(() => each.sawConfState(5, voters(1n)), /configuration at 5 is/);
    assert.deepEqual(each.confStateAt(4).confState, voters(1n, 2n, 3n));
    assert.equal(each.confStateAt(9).index, 5);
  });

  it("bites at a snapshot of another state or another configuration", () => {
    const each = oracle();
    const state = each.sawApplied(entry(1, 1, "a"), 0);
    const snapshot = (of: number, confState = voters(1n, 2n, 3n)): ReturnType<typeof newSnapshot> =>
      newSnapshot({ data: encodeState(of), metadata: newSnapshotMetadata({ index: 1, term: 1, confState }) });
    each.sawSnapshot(snapshot(state));
    bites(() => each.sawSnapshot(snapshot(state + 1)), /holds another state/);
    bites(() => each.sawSnapshot(snapshot(state, voters(1n))), /holds another configuration/);
  });

  it("bites at a read below what was committed when it was asked for, unless reads trust clocks", () => {
    for (const linearizable of [true, false]) {
      const each = new Oracle([], linearizable);
      each.highestCommit = 5;
      each.askedRead("r");
      each.highestCommit = 9;
      each.answeredRead("r", 5);
      const stale = (): void => each.answeredRead("r", 4);
      if (linearizable) bites(stale, /read r was asked for at commit 5 and answered at 4/);
      else stale();
      bites(() => each.answeredRead("never asked", 9), /a read that nobody asked for/);
    }
  });

  it("bites at a second vote in a term once the first is durable, and at a state that moves back", () => {
    const each = oracle();
    const before = newHardState({ term: 2, commit: 3 });
    each.sawHardState(1n, before, newHardState({ term: 2, vote: 2n, commit: 3 }));
    // Lost in a crash before it was synced: it binds nobody.
    each.sawHardState(1n, before, newHardState({ term: 2, vote: 3n, commit: 3 }));
    each.sawDurableVote(1n, newHardState({ term: 2, vote: 3n }));
    bites(
      () => each.sawHardState(1n, before, newHardState({ term: 2, vote: 2n, commit: 3 })),
      /1 voted for 3 and for 2 in term 2/,
    );
    bites(() => each.sawHardState(1n, before, newHardState({ term: 1, commit: 3 })), /term of 1 falls from 2 to 1/);
    bites(
      () => each.sawHardState(1n, before, newHardState({ term: 2, commit: 2 })),
      /commit index of 1 falls from 3 to 2/,
    );
  });

  it("bites at a promise that left before it was durable", () => {
    const disk = new CrashDisk();
    const hardState = newHardState({ term: 2, vote: 3n });
    const vote = newMessage({ type: MessageType.MsgVoteResp, from: 1n, to: 3n, term: 2 });
    const acknowledgement = newMessage({ type: MessageType.MsgAppResp, from: 1n, to: 3n, term: 2, index: 1 });
    disk.write({ hardState, snapshot: undefined, entries: [entry(2, 1)] });
    bites(() => oracle().checkPromise(vote, disk.durable), /left before the term was durable/);
    bites(() => oracle().checkPromise(acknowledgement, disk.durable), /left before the term was durable/);
    disk.sync();
    oracle().checkPromise(vote, disk.durable);
    oracle().checkPromise(acknowledgement, disk.durable);
    bites(() => oracle().checkPromise({ ...vote, to: 2n }, disk.durable), /left before the vote was durable/);
    bites(
      () => oracle().checkPromise({ ...acknowledgement, index: 2 }, disk.durable),
      /left before the entries were durable/,
    );
    oracle().checkPromise({ ...vote, to: 2n, reject: true }, disk.durable);
  });

  it("tells apart any two histories of an application", () => {
    const states = [
      entry(1, 1, "a"),
      entry(2, 1, "a"),
      entry(1, 2, "a"),
      entry(1, 1, "b"),
      newEntry({ term: 1, index: 1, type: 1 }),
    ];
    assert.equal(new Set(states.map((each) => nextState(0, each))).size, states.length);
    assert.notEqual(nextState(1, entry(1, 1)), nextState(2, entry(1, 1)));
  });
});
