import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, newConfChangeV2 } from "@quorate/proto";
import { describeMessages, RaftNetwork, RaftPeer } from "@quorate/testkit";
import { confChangesFromString } from "./conf-change.ts";
import { describeProgressMap } from "./describe.ts";
import { describeConfState, describeHardState, describeSoftState } from "./describe-state.ts";
import { statusToJson } from "./status.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, type NodeId } from "./types.ts";

/** Hex and decimal differ from 10 on; a signed or a floating-point number would spoil the others. */
const SMALL: NodeId = 9n;
const TEN: NodeId = 10n;
const HUGE: NodeId = 2n ** 63n;
const LAST: NodeId = 2n ** 64n - 3n;
const voters = [SMALL, TEN, HUGE];

function network(): RaftNetwork {
  return new RaftNetwork(voters.map((id) => new RaftPeer({ id, voters })));
}

describe("raft/ids", () => {
  it("elects, replicates, reads and hands over with ids of 64 bits", () => {
    const net = network();
    net.campaign(HUGE);
    net.propose(TEN, "x");
    for (const peer of net.peers) {
      assert.equal(peer.lead, HUGE);
      assert.deepEqual(peer.applied, ["1:", "2:x"]);
      assert.equal(peer.storage.initialState().hardState.vote, HUGE);
    }
    net.act(TEN, (node) => node.readIndex(new Uint8Array()));
    assert.equal(net.peer(TEN).readStates[0]?.index, 2);
    net.act(HUGE, (node) => node.transferLeader(SMALL));
    assert.equal(net.peer(HUGE).lead, SMALL);
  });

  it("adds the largest id that is free, and asks it in turn", () => {
    const net = network();
    net.join(new RaftPeer({ id: LAST, voters }));
    net.campaign(SMALL);
    const change = newConfChangeV2({ changes: confChangesFromString(`v${LAST}`) });
    net.act(SMALL, (node) => node.proposeConfChange({ kind: "v2", change }));
    assert.deepEqual(net.peer(LAST).confState.voters, [...voters, LAST]);
    net.campaign(LAST);
    assert.equal(net.peer(LAST).role, "StateLeader");
  });

  it("visits peers in the order of unsigned numbers", () => {
    const peer = new RaftPeer({ id: TEN, voters: [HUGE, LAST, TEN, SMALL] });
    peer.node.campaign();
    assert.deepEqual(
      peer.work().map(({ to }) => to),
      [SMALL, HUGE, LAST],
    );
  });

  it("writes ids in hex in log lines", () => {
    const net = network();
    net.campaign(TEN);
    const lines = net.peer(TEN).logLines;
    for (const expected of [
      "INFO a switched to configuration voters=(9 a 8000000000000000)",
      "INFO newRaft a [peers: [9,a,8000000000000000], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]",
      "INFO a is starting a new election at term 0",
      "INFO a became candidate at term 1",
      "INFO a [logterm: 0, index: 0] sent MsgVote request to 8000000000000000 at term 1",
      "INFO a received MsgVoteResp from a at term 1",
      "INFO a became leader at term 1",
    ]) {
      assert.ok(lines.includes(expected), `${expected}\nis missing in\n${lines.join("\n")}`);
    }
    assert.ok(
      net
        .peer(HUGE)
        .logLines.includes(
          "INFO 8000000000000000 [logterm: 0, index: 0, vote: 0] cast MsgVote for a [logterm: 0, index: 0] at term 1",
        ),
    );
  });

  it("writes ids in hex in messages and in the JSON of a status, in decimal in states and progress", () => {
    const net = network();
    net.campaign(TEN);
    const ten = net.peer(TEN);
    ten.tick();
    assert.deepEqual(describeMessages(ten.work()), [
      "a->9 MsgHeartbeat Term:1 Log:0/0 Commit:1",
      "a->8000000000000000 MsgHeartbeat Term:1 Log:0/0 Commit:1",
    ]);
    const status = ten.node.status();
    assert.equal(describeHardState(status.hardState), "Term:1 Vote:10 Commit:1");
    assert.equal(describeSoftState(status), "Lead:10 State:StateLeader");
    assert.match(describeConfState(ten.confState), /^Voters:\[9 10 9223372036854775808\] /);
    assert.deepEqual(describeProgressMap(status.progress).split("\n").slice(0, 3), [
      "9: StateReplicate match=1 next=2",
      "10: StateReplicate match=1 next=2",
      "9223372036854775808: StateReplicate match=1 next=2",
    ]);
    const json = JSON.parse(statusToJson(status)) as { id: string; lead: string; vote: string; progress: object };
    assert.deepEqual(
      [json.id, json.lead, json.vote, Object.keys(json.progress)],
      ["a", "a", "a", ["9", "a", "8000000000000000"]],
    );
  });

  it("writes ids in decimal in a refused change, in hex in the configuration beside it", () => {
    const net = network();
    net.campaign(TEN);
    const ten = net.peer(TEN);
    const change = { kind: "v2" as const, change: newConfChangeV2({ changes: confChangesFromString("v11 r9") }) };
    ten.node.proposeConfChange(change);
    ten.node.proposeConfChange(change);
    assert.equal(
      ten.logLines.at(-1),
      "INFO a ignoring conf change transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:11} " +
        "changes:{type:ConfChangeRemoveNode node_id:9} at config voters=(9 a 8000000000000000): " +
        "possible unapplied conf change at index 2 (applied to 1)",
    );
  });

  it("refuses the ids of the storage threads and none as its own", () => {
    for (const id of [LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD]) {
      assert.throws(() => new RaftPeer({ id }), { code: "InvalidConfig", message: "cannot use local target as id" });
    }
    assert.throws(() => new RaftPeer({ id: 0n }), { code: "InvalidConfig", message: "cannot use none as id" });
  });

  it("takes no message of a leader or a candidate from nobody or from itself", () => {
    const peer = new RaftPeer({ id: TEN, voters });
    const { MsgApp, MsgHeartbeat, MsgSnap, MsgVote, MsgPreVote } = MessageType;
    for (const type of [MsgApp, MsgHeartbeat, MsgSnap, MsgVote, MsgPreVote]) {
      for (const from of [0n, TEN]) {
        assert.throws(() => peer.receive(type, from, { term: 2 }), { code: "InvalidMessage" });
      }
      assert.throws(() => peer.receive(type, SMALL, { term: 0 }), { code: "InvalidMessage" });
    }
    assert.deepEqual([peer.term, peer.lead, peer.work()], [0, 0n, []]);
  });
});
