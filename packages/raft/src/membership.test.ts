import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  EntryType,
  MessageType,
  newConfChange,
  newConfChangeV2,
} from "@quorate/proto";
import { RaftNetwork, RaftPeer, raftConfig } from "@quorate/testkit";
import { type ConfChangeAny, confChangesFromString } from "./conf-change.ts";
import { newRaft } from "./new-raft.ts";
import { becomeCandidate, becomeLeader } from "./roles.ts";

const { MsgAppResp, MsgVoteResp, MsgHeartbeatResp, MsgTimeoutNow } = MessageType;
const { ConfChangeTransitionAuto, ConfChangeTransitionJointExplicit } = ConfChangeTransition;

const changes = (text: string): ConfChangeSingle[] => confChangesFromString(text);
const v2 = (text: string, transition: ConfChangeTransition = ConfChangeTransitionAuto): ConfChangeAny => ({
  kind: "v2",
  change: newConfChangeV2({ changes: changes(text), transition }),
});
const apply = (peer: RaftPeer, text: string): ReturnType<RaftPeer["node"]["applyConfChange"]> =>
  peer.node.applyConfChange(newConfChangeV2({ changes: changes(text) }));

/** A leader of (1) or, elected by 2, of `voters`. */
function leader(options: ConstructorParameters<typeof RaftPeer>[0] = { voters: [1n] }): RaftPeer {
  const peer = new RaftPeer(options);
  peer.node.campaign();
  peer.work();
  if (peer.role !== "StateLeader") peer.receive(MsgVoteResp, 2n);
  peer.work();
  assert.equal(peer.role, "StateLeader");
  return peer;
}

const refusal = (peer: RaftPeer): string | undefined =>
  peer.logLines
    .findLast((line) => line.includes("ignoring conf change"))
    ?.split(": ")
    .at(-1);

describe("raft/membership", () => {
  it("appends a proposed change, and lets no second one follow until it is applied", () => {
    const peer = leader({ voters: [1n, 2n] });
    peer.receive(MsgAppResp, 2n, { index: 1 });
    peer.work();
    peer.node.proposeConfChange(v2("v3"));
    peer.node.proposeConfChange(v2("v4"));
    peer.work();
    const { storage } = peer;
    assert.deepEqual(
      storage.entries(2, 4, Number.POSITIVE_INFINITY).map(({ type, data }) => [type, (data?.length ?? 0) > 0]),
      [
        [EntryType.EntryConfChangeV2, true],
        [EntryType.EntryNormal, false],
      ],
    );
    assert.equal(refusal(peer), "possible unapplied conf change at index 2 (applied to 1)");
    peer.receive(MsgAppResp, 2n, { index: 3 });
    peer.work();
    assert.deepEqual(peer.confState.voters, [1n, 2n, 3n]);
    peer.node.proposeConfChange({ kind: "v1", change: newConfChange({ nodeId: 4n }) });
    peer.work();
    assert.equal(storage.entries(4, 5, 1)[0]?.type, EntryType.EntryConfChange);
  });

  it("makes a new leader wait until everything that it inherited is applied", () => {
    const r = newRaft(raftConfig({ log: [1, 1, 1] }).config);
    becomeCandidate(r);
    becomeLeader(r);
    assert.equal(r.pendingConfIndex, 3);
    const peer = leader({ voters: [1n, 2n], log: [1, 1, 1] });
    peer.node.proposeConfChange(v2("v3"));
    assert.equal(refusal(peer), "possible unapplied conf change at index 3 (applied to 0)");
  });

  it("refuses what does not fit a joint configuration, or needs one", () => {
    const peer = leader();
    peer.node.proposeConfChange(v2(""));
    assert.equal(refusal(peer), "not in joint state; refusing empty conf change");
    peer.work();
    peer.node.proposeConfChange(v2("v2", ConfChangeTransitionJointExplicit));
    peer.work();
    assert.deepEqual(peer.confState.votersOutgoing, [1n]);
    peer.receive(MsgAppResp, 2n, { index: peer.storage.lastIndex() });
    peer.work();
    peer.node.proposeConfChange(v2("v3"));
    assert.equal(refusal(peer), "must transition out of joint config first");
    peer.receive(MsgAppResp, 2n, { index: peer.storage.lastIndex() });
    peer.work();
    peer.node.proposeConfChange(v2(""));
    peer.work();
    peer.receive(MsgAppResp, 2n, { index: peer.storage.lastIndex() });
    peer.work();
    assert.deepEqual([peer.confState.voters, peer.confState.votersOutgoing], [[1n, 2n], []]);
  });

  it("checks nothing where validation is disabled", () => {
    const peer = leader({ voters: [1n, 2n], disableConfChangeValidation: true });
    for (const change of [v2("v3"), v2("v4"), v2("")]) peer.node.proposeConfChange(change);
    peer.work();
    const types = peer.storage.entries(2, 5, Number.POSITIVE_INFINITY).map(({ type }) => type);
    assert.deepEqual(types, Array(3).fill(EntryType.EntryConfChangeV2));
    assert.equal(refusal(peer), undefined);
  });

  it("adds a voter, and adding it again changes nothing", () => {
    const peer = new RaftPeer({ voters: [1n] });
    assert.deepEqual(apply(peer, "v2").voters, [1n, 2n]);
    assert.deepEqual(apply(peer, "v2").voters, [1n, 2n]);
    assert.deepEqual([...peer.node.status().config.voters.ids()], [1n, 2n]);
  });

  it("lists voters in ascending order, in the ConfState and in the start line", () => {
    for (const voters of [
      [1n, 2n, 3n],
      [3n, 2n, 1n],
    ]) {
      const peer = new RaftPeer({ voters });
      assert.deepEqual([...peer.node.status().config.voters.ids()], [1n, 2n, 3n]);
      assert.match(peer.logLines.at(-1) ?? "", /^INFO newRaft 1 \[peers: \[1,2,3\], /);
    }
  });

  it("adds a learner, promotes it, demotes itself, and promotes itself again", () => {
    const peer = new RaftPeer({ voters: [1n] });
    assert.deepEqual(apply(peer, "l2").learners, [2n]);
    assert.equal(peer.progress(2n).isLearner, true);
    assert.deepEqual(apply(peer, "v2").voters, [1n, 2n]);
    assert.equal(peer.progress(2n).isLearner, false);
    assert.deepEqual(apply(peer, "l1").learners, [1n]);
    assert.equal(peer.progress(1n).isLearner, true);
    peer.node.campaign();
    assert.equal(peer.role, "StateFollower");
    assert.deepEqual(apply(peer, "v1").voters, [1n, 2n]);
    peer.node.campaign();
    assert.equal(peer.role, "StateCandidate");
  });

  it("removes voters and learners, and refuses to remove the last voter", () => {
    const peer = new RaftPeer({ voters: [1n, 2n], learners: [3n] });
    assert.deepEqual(apply(peer, "r2").voters, [1n]);
    assert.deepEqual(apply(peer, "r3").learners, []);
    assert.throws(() => apply(peer, "r1"), { code: "InvalidConfChange", message: "removed all voters" });
    assert.deepEqual([...peer.node.status().config.voters.ids()], [1n], "nothing has changed");
  });

  it("commits what a smaller quorum holds once a voter is removed", () => {
    const peer = leader({ voters: [1n, 2n] });
    peer.node.proposeConfChange(v2("r2"));
    peer.work();
    peer.propose("hello");
    peer.work();
    assert.equal(peer.commit, 0);
    // 2 acknowledges up to its own removal.
    peer.receive(MsgAppResp, 2n, { index: 2 });
    peer.work();
    assert.deepEqual(peer.applied, ["1:", "2:", "3:hello"]);
  });

  it("probes a new member at once", () => {
    const net = new RaftNetwork([new RaftPeer({ id: 1n, voters: [1n] }), new RaftPeer({ id: 2n, voters: [1n] })]);
    net.campaign(1n);
    net.propose(1n, "x");
    net.act(1n, (node) => node.proposeConfChange(v2("v2")));
    assert.deepEqual(net.peer(2n).applied, ["1:", "2:x", "3:"]);
    assert.deepEqual(net.peer(2n).confState.voters, [1n, 2n]);
  });

  for (const [what, change] of [
    ["removed", "r1"],
    ["demoted", "l1"],
  ] as const) {
    it(`goes on leading when it was ${what}, until told to step down on removal; it drops proposals where removed`, () => {
      for (const stepDownOnRemoval of [false, true]) {
        const net = RaftNetwork.ofSize(3, { stepDownOnRemoval });
        net.campaign(1n);
        net.act(1n, (node) => node.proposeConfChange(v2(change)));
        const one = net.peer(1n);
        assert.deepEqual(one.confState.voters, [2n, 3n]);
        assert.deepEqual([one.role, one.lead], stepDownOnRemoval ? ["StateFollower", 0n] : ["StateLeader", 1n]);
        if (stepDownOnRemoval || what === "removed") {
          assert.throws(() => one.propose("x"), { code: "ProposalDropped" });
        } else {
          net.propose(1n, "x");
          assert.equal(net.peer(2n).applied.at(-1), "3:x");
        }
        assert.equal(net.peer(2n).commit, net.peer(3n).commit, "the removal is known to all");
        net.tick(2n, 10);
        assert.equal(net.peer(2n).role, "StateLeader");
      }
    });
  }

  it("leaves a joint configuration of itself once it is applied, if it was entered implicitly", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.act(1n, (node) => node.proposeConfChange(v2("r2 r3")));
    for (const peer of net.peers) assert.deepEqual([peer.confState.voters, peer.confState.votersOutgoing], [[1n], []]);
    assert.ok(
      net
        .peer(1n)
        .logLines.includes(
          "INFO initiating automatic transition out of joint configuration voters=(1)&&(1 2 3) autoleave",
        ),
    );
    assert.equal(net.peer(1n).storage.lastIndex(), 3);
  });

  it("tries again to leave the joint configuration when a leadership transfer was in the way", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.ignore(MsgTimeoutNow);
    net.act(1n, (node) => {
      node.proposeConfChange(v2("l2 v4"));
      node.transferLeader(3n);
    });
    const one = net.peer(1n);
    assert.deepEqual(one.confState.votersOutgoing, [1n, 2n, 3n]);
    assert.ok(
      one.logLines.includes(
        "DEBUG not initiating automatic transition out of joint configuration voters=(1 3 4)&&(1 2 3) learners_next=(2) autoleave: raft proposal dropped",
      ),
    );
    net.tick(1n, 10);
    net.propose(1n, "the transfer is over");
    assert.deepEqual(
      [one.confState.voters, one.confState.learners, one.confState.votersOutgoing],
      [[1n, 3n, 4n], [2n], []],
    );
  });

  for (const [name, proposal] of [
    ["V1", { kind: "v1", change: newConfChange({ type: ConfChangeType.ConfChangeRemoveNode, nodeId: 2n }) }],
    ["V2", v2("r2")],
  ] as const satisfies readonly (readonly [string, ConfChangeAny])[]) {
    it(`does not campaign, not even for a transfer, while a committed ${name} change is not applied`, () => {
      const net = RaftNetwork.ofSize(3);
      net.campaign(1n);
      // 2 learns that the change is committed, and does not apply it.
      net.hook = (m) => m.to !== 2n;
      net.act(1n, (node) => node.proposeConfChange(proposal));
      net.recover();
      const [one, two] = [net.peer(1n), net.peer(2n)];
      const removal = one.storage.entries(2, 3, Number.POSITIVE_INFINITY);
      two.receive(MessageType.MsgApp, 1n, { index: 1, logTerm: 1, entries: removal, commit: 2 });
      const before = two.logLines.length;
      two.node.campaign();
      two.receive(MsgTimeoutNow, 1n);
      assert.equal(two.role, "StateFollower");
      assert.deepEqual(
        two.logLines.slice(before).filter((line) => line.startsWith("WARN")),
        Array(2).fill("WARN 2 cannot campaign at term 1 since there are still pending configuration changes to apply"),
      );
      two.work();
      two.node.campaign();
      assert.equal(two.logLines.at(-1), "WARN 2 is unpromotable and can not campaign", "it is applied: 2 is no voter");
    });
  }

  it("takes answers of members only, and forgets those that were removed", () => {
    const peer = leader({ voters: [1n, 2n, 3n] });
    apply(peer, "r3");
    assert.throws(() => peer.receive(MsgHeartbeatResp, 3n), { code: "StepPeerNotFound" });
    assert.throws(() => peer.receive(MsgAppResp, 3n, { index: 1 }), { code: "StepPeerNotFound" });
  });
});
