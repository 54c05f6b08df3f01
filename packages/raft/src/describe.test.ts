import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  EntryType,
  encodeConfChangeV2,
  type Message,
  MessageType,
  newConfChangeSingle,
  newConfChangeV2,
  newConfState,
  newEntry,
  newHardState,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import { describeEntries, describeEntry, describeMessage, describeReady } from "./describe.ts";
import { describeConfState, describeHardState, describeSnapshot, describeSoftState } from "./describe-state.ts";
import type { Ready } from "./ready.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, StateType } from "./types.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const HIGH = 2n ** 63n + 10n;

const snapshot = newSnapshot({
  metadata: newSnapshotMetadata({
    index: 7,
    term: 3,
    confState: newConfState({ voters: [1n, 16n], learners: [HIGH] }),
  }),
});
const SNAPSHOT = `Index:7 Term:3 ConfState:Voters:[1 16] VotersOutgoing:[] Learners:[${HIGH}] LearnersNext:[] AutoLeave:false`;

function ready(init: Partial<Ready>): Ready {
  return {
    softState: undefined,
    hardState: undefined,
    readStates: [],
    entries: [],
    snapshot: undefined,
    committedEntries: [],
    messages: [],
    mustSync: false,
    ...init,
  };
}

const message = (init: Partial<Message>): string => describeMessage(newMessage({ type: MessageType.MsgApp, ...init }));

describe("raft/describe", () => {
  it("prints a normal entry with its payload quoted, also an empty one", () => {
    assert.equal(describeEntry(newEntry({ term: 1, index: 2 })), '1/2 EntryNormal ""');
    assert.equal(
      describeEntry(newEntry({ term: 1, index: 2, data: text('"a"\x00') })),
      '1/2 EntryNormal "\\"a\\"\\x00"',
    );
  });

  it("prints payloads as the application wishes, and nothing where that is nothing", () => {
    const entry = newEntry({ term: 1, index: 2, data: text("hello") });
    assert.equal(
      describeEntry(entry, (data) => new TextDecoder().decode(data).toUpperCase()),
      "1/2 EntryNormal HELLO",
    );
    assert.equal(
      describeEntry(entry, () => ""),
      "1/2 EntryNormal",
    );
  });

  it("prints the changes of a configuration entry, ids in decimal, and nothing for an empty change", () => {
    const changes = [0, 3, 1, 2].map((type, i) => newConfChangeSingle({ type: type as 0, nodeId: BigInt(9 + i) }));
    const data = encodeConfChangeV2(newConfChangeV2({ changes, context: text("c") }));
    const entry = newEntry({ type: EntryType.EntryConfChangeV2, term: 1, index: 2, data });
    assert.equal(describeEntry(entry), "1/2 EntryConfChangeV2 v9 l10 r11 u12");
    assert.equal(describeEntry(newEntry({ type: EntryType.EntryConfChangeV2 })), "0/0 EntryConfChangeV2");
    assert.equal(describeEntry(newEntry({ type: EntryType.EntryConfChange })), "0/0 EntryConfChange v0");
  });

  it("prints why a configuration entry cannot be decoded", () => {
    const broken = newEntry({ type: EntryType.EntryConfChange, data: Uint8Array.of(0xff) });
    assert.match(describeEntry(broken), /^0\/0 EntryConfChange \S+/);
  });

  it("prints entries a line each", () => {
    assert.equal(
      describeEntries([newEntry({ index: 1 }), newEntry({ index: 2 })]),
      '0/1 EntryNormal ""\n0/2 EntryNormal ""\n',
    );
    assert.equal(describeEntries([]), "");
  });

  it("prints states, leaving out a vote for nobody; ids in decimal", () => {
    assert.equal(describeHardState(newHardState({ term: 1, commit: 0 })), "Term:1 Commit:0");
    assert.equal(describeHardState(newHardState({ term: 1, vote: HIGH, commit: 3 })), `Term:1 Vote:${HIGH} Commit:3`);
    assert.equal(
      describeSoftState({ lead: 31n, raftState: StateType.PreCandidate }),
      "Lead:31 State:StatePreCandidate",
    );
    assert.equal(
      describeConfState(
        newConfState({ voters: [1n, 10n], votersOutgoing: [2n], learners: [3n], learnersNext: [4n], autoLeave: true }),
      ),
      "Voters:[1 10] VotersOutgoing:[2] Learners:[3] LearnersNext:[4] AutoLeave:true",
    );
    assert.equal(describeSnapshot(snapshot), SNAPSHOT);
  });

  it("prints the members of a message in hex, and the names of those that are none", () => {
    assert.equal(message({ from: 10n, to: 255n, term: 1 }), "a->ff MsgApp Term:1 Log:0/0");
    assert.equal(message({ from: HIGH, to: 0n }), "800000000000000a->None MsgApp Term:0 Log:0/0");
    assert.equal(
      message({ from: LOCAL_APPLY_THREAD, to: LOCAL_APPEND_THREAD }),
      "ApplyThread->AppendThread MsgApp Term:0 Log:0/0",
    );
  });

  it("prints the optional parts of a message in etcd's order; the vote in decimal", () => {
    const all = message({
      from: 1n,
      to: 2n,
      term: 3,
      logTerm: 4,
      index: 5,
      reject: true,
      rejectHint: 6,
      commit: 7,
      vote: 17n,
      entries: [newEntry({ term: 1, index: 2, data: text("x") })],
      snapshot,
      responses: [newMessage({ type: MessageType.MsgAppResp, from: 2n, to: 1n })],
      context: text("never shown"),
    });
    assert.equal(
      all,
      `1->2 MsgApp Term:3 Log:4/5 Rejected (Hint: 6) Commit:7 Vote:17 Entries:[1/2 EntryNormal "x"]\n  Snapshot: ${SNAPSHOT}` +
        " Responses:[\n  2->1 MsgAppResp Term:0 Log:0/0\n]",
    );
  });

  it("prints several entries a line each, and responses indented, however deep", () => {
    const entries = [newEntry({ term: 1, index: 2 }), newEntry({ term: 1, index: 3 })];
    const inner = newMessage({ type: MessageType.MsgAppResp, entries, responses: [newMessage()] });
    assert.equal(
      message({ entries, responses: [inner] }),
      [
        "None->None MsgApp Term:0 Log:0/0 Entries:[",
        '  1/2 EntryNormal ""',
        '  1/3 EntryNormal ""',
        "] Responses:[",
        "  None->None MsgAppResp Term:0 Log:0/0 Entries:[",
        '    1/2 EntryNormal ""',
        '    1/3 EntryNormal ""',
        "  ] Responses:[",
        "    None->None MsgHup Term:0 Log:0/0",
        "  ]",
        "]",
      ].join("\n"),
    );
  });

  it("leaves an empty snapshot out", () => {
    assert.equal(message({ snapshot: newSnapshot() }), "None->None MsgApp Term:0 Log:0/0");
  });

  it("prints the sections of a Ready that are not empty, in etcd's order", () => {
    assert.equal(describeReady(ready({})), "<empty Ready>");
    assert.equal(
      describeReady(
        ready({
          softState: { lead: 1n, raftState: StateType.Leader },
          hardState: newHardState({ term: 1 }),
          readStates: [
            { index: 5, requestCtx: text("ab") },
            { index: 6, requestCtx: new Uint8Array() },
          ],
          entries: [newEntry({ term: 1, index: 1 })],
          snapshot,
          committedEntries: [newEntry({ term: 1, index: 1 })],
          messages: [newMessage({ to: 2n, from: 1n })],
          mustSync: true,
        }),
      ),
      [
        "Ready MustSync=true:",
        "Lead:1 State:StateLeader",
        "HardState Term:1 Commit:0",
        "ReadStates [{5 [97 98]} {6 []}]",
        "Entries:",
        '1/1 EntryNormal ""',
        `Snapshot ${SNAPSHOT}`,
        "CommittedEntries:",
        '1/1 EntryNormal ""',
        "Messages:",
        "1->2 MsgHup Term:0 Log:0/0",
        "",
      ].join("\n"),
    );
  });
});
