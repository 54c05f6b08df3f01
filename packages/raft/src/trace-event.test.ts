import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  MessageType,
  newConfChangeV2,
  newConfState,
  newEntry,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import { RawMember } from "@quorate/testkit";
import { confChangesFromString } from "./conf-change.ts";
import { MemoryStorage } from "./memory-storage.ts";
import type { TraceEvent } from "./trace-event.ts";

const T = MessageType;

/** A member and the events that it has reported so far. */
function traced(init: ConstructorParameters<typeof RawMember>[0] = {}): {
  readonly member: RawMember;
  readonly events: TraceEvent[];
} {
  const events: TraceEvent[] = [];
  const member = new RawMember({ ...init, traceLogger: { traceEvent: (event) => events.push(event) } });
  return { member, events };
}

const names = (events: readonly TraceEvent[]): string[] => events.map(({ name }) => name);

/** What happens while `action` runs. */
function during(events: TraceEvent[], action: () => void): TraceEvent[] {
  const before = events.length;
  action();
  return events.slice(before);
}

function electedWith2(events: TraceEvent[], member: RawMember): void {
  member.raw.campaign();
  member.settle();
  member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 }));
  member.settle();
  events.length = 0;
}

describe("raft/trace-event", () => {
  it("tells of a start: before the configuration, at it, and the role", () => {
    const { events } = traced({ id: 10n, voters: [10n, 2n, 300n] });
    assert.deepEqual(events, [
      {
        name: "InitState",
        nid: "10",
        state: { term: 0, vote: "0", commit: 0 },
        role: "StateFollower",
        log: 0,
        conf: [[], []],
      },
      {
        name: "ApplyConfChange",
        nid: "10",
        state: { term: 0, vote: "0", commit: 0 },
        role: "StateFollower",
        log: 0,
        conf: [[], []],
        prop: { cc: { newconf: ["2", "10", "300"] } },
      },
      {
        name: "BecomeFollower",
        nid: "10",
        state: { term: 0, vote: "0", commit: 0 },
        role: "StateFollower",
        log: 0,
        conf: [["2", "10", "300"], []],
      },
    ]);
  });

  it("leaves the new configuration out where it is empty", () => {
    const { events } = traced({ storage: new MemoryStorage() });
    assert.deepEqual(events[1]?.prop, { cc: {} });
  });

  it("tells of an election in the order of the model", () => {
    const { member, events } = traced({ voters: [1n, 2n] });
    assert.deepEqual(names(during(events, () => member.raw.campaign())), [
      "BecomeCandidate",
      "SendRequestVoteResponse",
      "SendRequestVoteRequest",
    ]);
    assert.deepEqual(names(during(events, () => member.settle())), ["Ready", "ReceiveRequestVoteResponse"]);
    const won = during(events, () => member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 })));
    assert.deepEqual(names(won), [
      "ReceiveRequestVoteResponse",
      "BecomeLeader",
      "Replicate",
      "SendAppendEntriesResponse",
      "SendAppendEntriesRequest",
    ]);
    assert.deepEqual([won[1]?.log, won[1]?.role, won[2]?.log, won[3]?.log], [0, "StateLeader", 0, 1]);
    assert.deepEqual(names(during(events, () => member.settle())), ["Ready", "ReceiveAppendEntriesResponse", "Commit"]);
  });

  it("shows a message with its ids as text and its entries as a count", () => {
    const { member, events } = traced({ voters: [1n, 2n] });
    electedWith2(events, member);
    member.raw.propose(Uint8Array.of(1));
    member.raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 1, reject: false }));
    const request = events.filter(({ name }) => name === "SendAppendEntriesRequest").at(-1);
    assert.deepEqual(request, {
      name: "SendAppendEntriesRequest",
      nid: "1",
      state: { term: 1, vote: "1", commit: 1 },
      role: "StateLeader",
      log: 2,
      conf: [["1", "2"], []],
      msg: {
        type: "MsgApp",
        term: 1,
        from: "1",
        to: "2",
        entries: 1,
        logTerm: 1,
        index: 1,
        commit: 1,
        vote: "0",
        reject: false,
        rejectHint: 0,
      },
    });
    assert.deepEqual(Object.keys(JSON.parse(JSON.stringify({ tag: "trace", event: request })).event), [
      "name",
      "nid",
      "state",
      "role",
      "log",
      "conf",
      "msg",
    ]);
  });

  it("shows a snapshot as an append of its index in entries", () => {
    const { member, events } = traced({ voters: [1n, 2n] });
    const confState = newConfState({ voters: [1n, 2n] });
    const snapshot = newSnapshot({ metadata: newSnapshotMetadata({ index: 7, term: 1, confState }) });
    const received = during(events, () =>
      member.raw.step(newMessage({ type: T.MsgSnap, from: 2n, to: 1n, term: 2, logTerm: 9, index: 9, snapshot })),
    );
    assert.deepEqual(names(received), [
      "ReceiveAppendEntriesRequest",
      "BecomeFollower",
      "ApplyConfChange",
      "SendAppendEntriesResponse",
    ]);
    const { msg } = received[0] ?? {};
    assert.deepEqual([msg?.type, msg?.entries, msg?.logTerm, msg?.index], ["MsgSnap", 7, 0, 0]);
  });

  it("tells of entries to be replicated one by one, and of a configuration change by its members", () => {
    const { member, events } = traced({ voters: [1n, 2n] });
    electedWith2(events, member);
    member.raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 1 }));
    member.settle();
    const entries = [newEntry({ data: Uint8Array.of(1) }), newEntry({ data: Uint8Array.of(2) })];
    const proposed = during(events, () => member.raw.step(newMessage({ type: T.MsgProp, from: 1n, entries })));
    assert.deepEqual(names(proposed).slice(0, 3), ["Replicate", "Replicate", "SendAppendEntriesResponse"]);
    const change = newConfChangeV2({ changes: confChangesFromString("v3 r2 l12 u1") });
    const changed = during(events, () => member.raw.proposeConfChange({ kind: "v2", change }));
    assert.deepEqual(changed[0]?.prop, {
      cc: {
        changes: [
          { nid: "3", action: "AddNewServer" },
          { nid: "2", action: "RemoveServer" },
          { nid: "12", action: "AddLearner" },
        ],
      },
    });
    assert.deepEqual(names(changed).slice(0, 2), ["ChangeConf", "SendAppendEntriesResponse"]);
    const refused = during(events, () => member.raw.proposeConfChange({ kind: "v2", change }));
    assert.deepEqual(
      names(refused).slice(0, 2),
      ["Replicate", "SendAppendEntriesResponse"],
      "a refused change is an empty entry",
    );
  });

  it("tells of every evaluation of the commit index, also one that changes nothing", () => {
    const { member, events } = traced({ voters: [1n, 2n, 3n] });
    member.raw.campaign();
    member.settle();
    member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 }));
    const settled = during(events, () => member.settle());
    assert.deepEqual(
      settled.filter(({ name }) => name === "Commit").map(({ state }) => state.commit),
      [0],
    );
    const acknowledged = during(events, () =>
      member.raw.step(newMessage({ type: T.MsgAppResp, from: 3n, to: 1n, term: 1, index: 1 })),
    );
    assert.deepEqual(
      acknowledged.filter(({ name }) => name === "Commit").map(({ state }) => state.commit),
      [1],
    );
  });

  it("shows both halves of a joint configuration, and the old one while the new one comes into force", () => {
    const { member, events } = traced();
    member.raw.campaign();
    member.settle();
    const change = newConfChangeV2({ transition: 2, changes: confChangesFromString("v2") });
    events.length = 0;
    member.raw.proposeConfChange({ kind: "v2", change });
    member.settle();
    const applied = events.find(({ name }) => name === "ApplyConfChange");
    assert.deepEqual([applied?.conf, applied?.prop], [[["1"], []], { cc: { newconf: ["1", "2"] } }]);
    assert.deepEqual(events.at(-1)?.conf, [["1", "2"], ["1"]]);
  });

  it("says nothing of pre-votes, transfers, proposals, reads, and storage work", () => {
    const { member, events } = traced({ voters: [1n, 2n], preVote: true, asyncStorageWrites: true });
    events.length = 0;
    member.raw.campaign();
    member.settle();
    member.raw.step(newMessage({ type: T.MsgPreVoteResp, from: 2n, to: 1n, term: 1, reject: true }));
    assert.deepEqual(names(events), ["Ready", "BecomeFollower"]);
    member.raw.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 1 }));
    member.settle();
    const quiet = during(events, () => {
      member.raw.propose(Uint8Array.of(1));
      member.raw.readIndex(Uint8Array.of(1));
      member.raw.transferLeader(2n);
      member.raw.step(newMessage({ type: T.MsgPreVote, from: 2n, to: 1n, term: 2 }));
    });
    assert.deepEqual(quiet, []);
  });

  it("counts bootstrapped members in one by one", () => {
    const { member, events } = traced({ storage: new MemoryStorage() });
    const bootstrapped = during(events, () => member.raw.bootstrap([{ id: 1n }, { id: 2n }]));
    assert.deepEqual(
      bootstrapped.map(({ name, prop, log }) => [name, prop?.cc.newconf, log]),
      [
        ["BecomeFollower", undefined, 0],
        ["ApplyConfChange", ["1"], 2],
        ["ApplyConfChange", ["1", "2"], 2],
      ],
    );
  });
});
