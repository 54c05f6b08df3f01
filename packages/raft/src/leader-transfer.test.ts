import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, newConfChangeV2 } from "@quorate/proto";
import { describeMessages, type PeerOptions, RaftNetwork, RaftPeer } from "@quorate/testkit";
import { confChangesFromString } from "./conf-change.ts";
import { NONE, type NodeId } from "./types.ts";

const { MsgApp, MsgAppResp, MsgTimeoutNow, MsgTransferLeader, MsgVote } = MessageType;

function network(size = 3, options: PeerOptions = {}): RaftNetwork {
  const net = RaftNetwork.ofSize(size, options);
  net.campaign(1n);
  assert.equal(net.peer(1n).role, "StateLeader");
  return net;
}

const transfer = (net: RaftNetwork, to: NodeId, at: NodeId = 1n): void =>
  net.act(at, (node) => node.transferLeader(to));
const transferee = (net: RaftNetwork): NodeId => net.peer(1n).node.basicStatus().leadTransferee;

function assertLeader(net: RaftNetwork, id: NodeId): void {
  for (const peer of net.peers) {
    assert.deepEqual([peer.id, peer.role === "StateLeader", peer.lead], [peer.id, peer.id === id, id]);
  }
}

/** Leader 1, a transfer to 3 under way that cannot finish because 3 is cut off. */
function pending(): RaftNetwork {
  const net = network();
  net.isolate(3n);
  net.propose(1n, "3 lacks this");
  transfer(net, 3n);
  assert.deepEqual([net.peer(1n).role, transferee(net)], ["StateLeader", 3n]);
  return net;
}

describe("raft/leader transfer", () => {
  it("hands over at once to a member that is up to date, and back", () => {
    const net = network();
    transfer(net, 2n);
    assertLeader(net, 2n);
    assert.ok(net.peer(1n).logLines.includes("INFO 1 [term 1] starts to transfer leadership to 2"));
    assert.ok(
      net.peer(1n).logLines.includes("INFO 1 sends MsgTimeoutNow to 2 immediately as 2 already has up-to-date log"),
    );
    assert.ok(
      net
        .peer(2n)
        .logLines.includes("INFO 2 [term 1] received MsgTimeoutNow from 1 and starts an election to get leadership."),
    );
    net.propose(2n, "after");
    transfer(net, 1n, 2n);
    assertLeader(net, 1n);
  });

  it("takes the request from followers, which pass it on", () => {
    const net = network();
    net.send({ type: MsgTransferLeader, from: 2n, to: 2n });
    assertLeader(net, 2n);
    net.propose(2n, "after");
    net.send({ type: MsgTransferLeader, from: 1n, to: 1n });
    assertLeader(net, 1n);
  });

  it("drops the request where no leader is known", () => {
    const peer = new RaftPeer();
    peer.node.transferLeader(2n);
    assert.equal(peer.logLines.at(-1), "INFO 1 no leader at term 0; dropping leader transfer msg");
    assert.deepEqual(peer.work(), []);
  });

  it("is not hindered by the leases of the voters, nor by pre-vote", () => {
    const net = network(3, { checkQuorum: true, preVote: true });
    net.tick(1n);
    transfer(net, 2n);
    assertLeader(net, 2n);
    assert.equal(net.peer(2n).term, 2);
    transfer(net, 1n, 2n);
    assertLeader(net, 1n);
  });

  it("marks its vote requests, so that voters ignore their lease", () => {
    const peer = new RaftPeer({ preVote: true });
    peer.receive(MsgTimeoutNow, 2n, { term: 1 });
    const contexts = peer.work().map(({ type, context }) => [type, new TextDecoder().decode(context)]);
    assert.deepEqual(contexts, Array(2).fill([MsgVote, "CampaignTransfer"]));
  });

  it("brings a lagging member up first", () => {
    const net = network();
    net.isolate(3n);
    net.propose(1n, "3 lacks this");
    net.recover();
    transfer(net, 3n);
    assertLeader(net, 3n);
    assert.ok(net.peer(1n).logLines.includes("INFO 1 sent MsgTimeoutNow to 3 after received MsgAppResp"));
  });

  it("completes after the snapshot that the member needed", () => {
    const net = network();
    net.isolate(3n);
    net.propose(1n, "3 lacks this");
    net.peer(1n).compact();
    net.recover();
    // 3 takes the snapshot, and its acknowledgement is held back for a while.
    let late: Parameters<NonNullable<RaftNetwork["hook"]>>[0] | undefined;
    net.hook = (m) => {
      if (m.type !== MsgAppResp || m.from !== 3n || m.reject || m.index !== 2) return true;
      late = m;
      return false;
    };
    net.tick(1n);
    transfer(net, 3n);
    assert.equal(net.peer(1n).role, "StateLeader");
    assert.equal(net.peer(3n).storage.firstIndex(), 3, "it came by snapshot");
    net.hook = undefined;
    assert.ok(late !== undefined);
    net.send(late);
    assertLeader(net, 3n);
  });

  it("does nothing for itself, a stranger or a learner", () => {
    const net = new RaftNetwork([1n, 2n, 3n].map((id) => new RaftPeer({ id, voters: [1n, 2n], learners: [3n] })));
    net.campaign(1n);
    const lines: [to: NodeId, line: string][] = [
      [1n, "DEBUG 1 is already leader. Ignored transferring leadership to self"],
      [4n, "DEBUG 1 no progress available for 4"],
      [3n, "DEBUG 1 is learner. Ignored transferring leadership"],
    ];
    for (const [to, line] of lines) {
      transfer(net, to);
      assert.equal(net.peer(1n).logLines.at(-1), line);
      assertLeader(net, 1n);
      assert.equal(transferee(net), NONE);
    }
  });

  it("gives up after one election timeout", () => {
    const net = pending();
    net.tick(1n, 9);
    assert.equal(transferee(net), 3n);
    net.tick(1n);
    assert.deepEqual([transferee(net), net.peer(1n).role], [NONE, "StateLeader"]);
    net.propose(1n, "taken again");
    assert.equal(net.peer(2n).applied.at(-1), "3:taken again");
  });

  it("drops proposals meanwhile", () => {
    const net = pending();
    const before = net.peer(1n).storage.lastIndex();
    assert.throws(() => net.propose(1n, "lost"), { code: "ProposalDropped" });
    net.propose(2n, "lost, too: the leader drops what a follower forwards");
    assert.equal(net.peer(1n).storage.lastIndex(), before);
    assert.ok(
      net.peer(1n).logLines.includes("DEBUG 1 [term 1] transfer leadership to 3 is in progress; dropping proposal"),
    );
  });

  it("ends when a vote of a higher term makes the leader step down", () => {
    const net = pending();
    net.send({ type: MsgVote, from: 2n, to: 1n, term: 2, index: 2, logTerm: 1 });
    assert.deepEqual([net.peer(1n).role, transferee(net)], ["StateFollower", NONE]);
  });

  for (const [what, change] of [
    ["removed", "r3"],
    ["demoted", "l3"],
  ] as const) {
    it(`ends when the member is ${what}`, () => {
      const net = pending();
      net.peer(1n).node.applyConfChange(newConfChangeV2({ changes: confChangesFromString(change) }));
      assert.deepEqual([net.peer(1n).role, transferee(net)], ["StateLeader", NONE]);
      net.propose(1n, "taken again");
    });
  }

  it("goes on when somebody else is removed", () => {
    const net = pending();
    net.peer(1n).node.applyConfChange(newConfChangeV2({ changes: confChangesFromString("r2") }));
    assert.equal(transferee(net), 3n);
  });

  it("is cancelled by a transfer back to the leader", () => {
    const net = pending();
    transfer(net, 1n);
    assert.deepEqual([net.peer(1n).role, transferee(net)], ["StateLeader", NONE]);
    assert.ok(net.peer(1n).logLines.includes("INFO 1 [term 1] abort previous transferring leadership to 3"));
  });

  it("is replaced by a transfer to another member", () => {
    const net = pending();
    transfer(net, 2n);
    assert.deepEqual([net.peer(1n).role, net.peer(2n).role, transferee(net)], ["StateFollower", "StateLeader", NONE]);
  });

  it("does not get more time when it is asked for again", () => {
    const net = pending();
    net.tick(1n, 5);
    transfer(net, 3n);
    assert.equal(
      net.peer(1n).logLines.at(-1),
      "INFO 1 [term 1] transfer leadership to 3 is in progress, ignores request to same node 3",
    );
    net.tick(1n, 5);
    assert.equal(transferee(net), NONE);
  });

  it("does nothing at a member that is not in its own configuration", () => {
    const peer = new RaftPeer({ id: 1n, voters: [2n, 3n, 4n] });
    peer.receive(MsgTimeoutNow, 2n, { term: 1 });
    assert.equal(peer.role, "StateFollower");
    assert.deepEqual(describeMessages(peer.work()), []);
  });

  it("does not hand over before the member has everything, even what was proposed before the request", () => {
    const net = network();
    const [one] = net.peers;
    one?.propose("on its way");
    one?.node.transferLeader(2n);
    const types = one?.work().map(({ type }) => type);
    assert.deepEqual(new Set(types), new Set([MsgApp]));
    assert.equal(one?.role, "StateLeader");
    one?.receive(MsgAppResp, 2n, { index: 2 });
    assert.deepEqual(
      one
        ?.work()
        .filter(({ type }) => type === MsgTimeoutNow)
        .map(({ to }) => to),
      [2n],
    );
  });
});
