/**
 * The path of a write in 28 steps, from the HTTP handler of the leader to the log of a follower: which trace point is which step.
 * docs/walkthrough.md tells the same story in words.
 */

/** Where a step happens: on the member that was asked (the leader), or on the follower that is being followed. */
export type Side = "leader" | "follower";

export type Step = {
  readonly number: number;
  /** The trace point that reports it. */
  readonly point: string;
  readonly side: Side;
  readonly what: string;
};

/** The steps in order. Invariant: steps[i].number === i + 1. */
export const WRITE_PATH: readonly Step[] = [
  step(1, "httpapi.serveHTTP", "leader", "the HTTP API takes the PUT"),
  step(2, "kvstore.propose", "leader", "the store's propose encodes it and hands it to proposeC"),
  step(3, "raftNode.serveChannels", "leader", "the raft node takes it from proposeC"),
  step(4, "raftNode.propose", "leader", "... and gives it to Node"),
  step(5, "Node.propose", "leader", "Node.propose wraps it as MsgProp"),
  step(6, "Node.propc", "leader", "... and queues it on propc"),
  step(7, "Node.run", "leader", "Node.run takes it, sets From, calls step"),
  step(8, "raft.step", "leader", "step settles the term"),
  step(9, "raft.stepByRole", "leader", "... and calls the role's step"),
  step(10, "raft.stepLeader", "leader", "stepLeader: is this leader still a member?"),
  step(11, "raft.admitConfChange", "leader", "one configuration change at a time"),
  step(12, "raft.appendEntry", "leader", "the entry is appended to the raft log (unstable)"),
  step(13, "raft.maybeCommit", "leader", "commit advances to the largest index that a quorum holds"),
  step(14, "raft.sendAppend", "leader", "bcastAppend calls sendAppend for each follower: MsgApp with entries"),
  step(15, "raft.send", "leader", "send collects the message in the outbox"),
  step(16, "Node.run.ready", "leader", "Node.run builds a Ready"),
  step(17, "raftNode.ready", "leader", "the raft node receives it"),
  step(18, "wal.save", "leader", "entries go to the WAL and to storage"),
  step(19, "raftNode.send", "leader", "messages go to the transport"),
  step(20, "raftNode.publishEntries", "leader", "committed entries go to commitC"),
  step(21, "Node.advance", "leader", "Advance: the next Ready may come"),
  step(22, "kvstore.readCommits", "leader", "the store's readCommits applies them; the PUT is answered"),
  step(23, "Transport.send", "leader", "Transport.send picks the peer"),
  step(24, "Peer.send", "leader", "Peer.send puts the message on the stream writer's queue"),
  step(25, "streamWriter.run", "leader", "the stream writer encodes and flushes"),
  step(26, "streamReader.decodeLoop", "follower", "the stream reader decodes and queues the message"),
  step(27, "Peer.recvLoop", "follower", "the peer's loop calls Process on the raft node"),
  step(
    28,
    "raft.handleAppendEntries",
    "follower",
    "step -> stepFollower appends it; the answer leaves with the next Ready",
  ),
];

function step(number: number, point: string, side: Side, what: string): Step {
  return { number, point, side, what };
}
