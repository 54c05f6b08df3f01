import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ConfChangeTransition,
  ConfChangeType,
  EntryType,
  newConfChange,
  newConfChangeSingle,
  newConfChangeV2,
  newEntry,
  ProtoError,
} from "@quorate/proto";
import {
  confChangeAsV1,
  confChangeAsV2,
  confChangeIntent,
  confChangeOfEntry,
  confChangesFromString,
  confChangesToString,
  describeConfChange,
  encodeConfChange,
} from "./conf-change.ts";
import { RaftError } from "./errors.ts";

const { ConfChangeTransitionAuto: Auto, ConfChangeTransitionJointImplicit: Implicit } = ConfChangeTransition;
const Explicit = ConfChangeTransition.ConfChangeTransitionJointExplicit;
const { ConfChangeAddNode, ConfChangeAddLearnerNode, ConfChangeRemoveNode, ConfChangeUpdateNode } = ConfChangeType;

function refuses(text: string, message: string): void {
  assert.throws(
    () => confChangesFromString(text),
    (error) => error instanceof RaftError && error.code === "InvalidConfChange" && error.message === message,
    text,
  );
}

describe("raft/conf-change", () => {
  it("reads voters, learners, removals and updates, and writes them back", () => {
    const text = "v1 l2 r18446744073709551615 u10";
    const changes = confChangesFromString(`  ${text}\n`);
    assert.deepEqual(
      changes.map(({ type, nodeId }) => [type, nodeId]),
      [
        [ConfChangeAddNode, 1n],
        [ConfChangeAddLearnerNode, 2n],
        [ConfChangeRemoveNode, 2n ** 64n - 1n],
        [ConfChangeUpdateNode, 10n],
      ],
    );
    assert.equal(confChangesToString(changes), text);
    assert.deepEqual(confChangesFromString(" \n"), []);
  });

  it("refuses what it cannot read, naming the token", () => {
    refuses("v1 v", "unknown token v");
    refuses("v1  v2", "unknown token ");
    refuses("x1", "unknown input: x1");
    refuses("vx", "unknown token vx");
    refuses("v-1", "unknown token v-1");
    refuses("v18446744073709551616", "unknown token v18446744073709551616");
  });

  it("writes a change of unknown kind as such", () => {
    assert.equal(confChangesToString([newConfChangeSingle({ type: 9 as 0, nodeId: 5n })]), "unknown5");
  });

  it("takes a V1 change into the general form with everything it has", () => {
    const context = Uint8Array.of(1);
    const v1 = newConfChange({ id: 7n, type: ConfChangeRemoveNode, nodeId: 3n, context });
    const v2 = confChangeAsV2({ kind: "v1", change: v1 });
    assert.deepEqual(
      [v2.transition, v2.changes.map(({ type, nodeId }) => [type, nodeId]), v2.context],
      [Auto, [[ConfChangeRemoveNode, 3n]], context],
    );
    const back = confChangeAsV1({ kind: "v2", change: v2 });
    assert.deepEqual([back?.type, back?.nodeId, back?.context], [ConfChangeRemoveNode, 3n, context]);
    assert.equal(confChangeAsV1({ kind: "v1", change: v1 }), v1);
  });

  it("has no V1 form for a change with a transition, with several changes, or with none", () => {
    const one = confChangesFromString("v1");
    for (const change of [
      newConfChangeV2({ changes: one, transition: Implicit }),
      newConfChangeV2({ changes: confChangesFromString("v1 v2") }),
      newConfChangeV2(),
    ]) {
      assert.equal(confChangeAsV1({ kind: "v2", change }), undefined);
    }
  });

  it("tells from transition and number of changes what a change asks for", () => {
    const table: readonly (readonly [ConfChangeTransition, string, string])[] = [
      [Auto, "", "leave"],
      [Auto, "v1", "simple"],
      [Auto, "v1 v2", "enterAutoLeave"],
      [Implicit, "v1", "enterAutoLeave"],
      [Implicit, "", "enterAutoLeave"],
      [Explicit, "v1", "enterExplicit"],
      [Explicit, "v1 v2", "enterExplicit"],
    ];
    for (const [transition, text, intent] of table) {
      const change = newConfChangeV2({ transition, changes: confChangesFromString(text) });
      assert.equal(confChangeIntent(change), intent, `${transition} ${text}`);
    }
    const context = Uint8Array.of(1);
    assert.equal(confChangeIntent(newConfChangeV2({ context })), "leave", "a context does not make it another change");
  });

  it("travels in an entry of its own type", () => {
    const v1 = { kind: "v1", change: newConfChange({ nodeId: 2n }) } as const;
    const v2 = { kind: "v2", change: newConfChangeV2({ changes: confChangesFromString("l2") }) } as const;
    for (const any of [v1, v2]) {
      const encoded = encodeConfChange(any);
      assert.equal(encoded.type, any.kind === "v1" ? EntryType.EntryConfChange : EntryType.EntryConfChangeV2);
      const decoded = confChangeOfEntry(newEntry(encoded));
      assert.equal(decoded?.kind, any.kind);
      assert.equal(describeConfChange(decoded ?? v1), describeConfChange(any));
    }
    assert.equal(confChangeOfEntry(newEntry({ data: Uint8Array.of(0xff) })), undefined);
    assert.throws(() => confChangeOfEntry(newEntry({ type: 2, data: Uint8Array.of(0xff) })), ProtoError);
  });

  it("is shown in a log line in V2 form, with ids in decimal", () => {
    const changes = confChangesFromString("v16 r2");
    const change = newConfChangeV2({ transition: Explicit, changes, context: Uint8Array.of(0x61, 0) });
    assert.equal(
      describeConfChange({ kind: "v2", change }),
      "transition:ConfChangeTransitionJointExplicit changes:{type:ConfChangeAddNode node_id:16} " +
        'changes:{type:ConfChangeRemoveNode node_id:2} context:"a\\x00"',
    );
    assert.equal(
      describeConfChange({ kind: "v1", change: newConfChange({ type: ConfChangeAddLearnerNode, nodeId: 3n }) }),
      "transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddLearnerNode node_id:3}",
    );
    assert.equal(describeConfChange({ kind: "v2", change: newConfChangeV2() }), "transition:ConfChangeTransitionAuto");
  });
});
