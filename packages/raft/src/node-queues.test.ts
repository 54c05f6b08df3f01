import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, newConfChange, newEntry, newMessage } from "@quorate/proto";
import { TurnHost } from "@quorate/testkit";
import { RaftError, type RaftErrorCode } from "./errors.ts";
import { MAX_QUEUED_MESSAGES, MAX_QUEUED_PROPOSALS, MAX_QUEUED_TICKS } from "./node.ts";
import { StateType } from "./types.ts";

const T = MessageType;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What became of proposals: a name and the code of the error, or "ok". */
function outcomes(): {
  readonly log: string[];
  readonly done: (name: string) => (error: RaftError | undefined) => void;
} {
  const log: string[] = [];
  return { log, done: (name) => (error) => void log.push(`${name} ${error?.code ?? "ok"}`) };
}

function leader(init: ConstructorParameters<typeof TurnHost>[0] = {}): TurnHost {
  const host = new TurnHost(init);
  host.node.campaign();
  host.settle();
  return host;
}

/** A leader of 1 and 2 that nobody answers. */
function partitionedLeader(maxUncommittedEntriesSize: number): TurnHost {
  const host = new TurnHost({ voters: [1n, 2n], maxUncommittedEntriesSize });
  host.node.campaign();
  host.settle();
  host.node.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 }));
  host.settle();
  return host;
}

function refuses(code: RaftErrorCode, call: () => unknown): void {
  assert.throws(call, (error) => error instanceof RaftError && error.code === code);
}

describe("raft/node-queues", () => {
  it("keeps proposals while there is no leader, and takes them once there is", () => {
    const host = new TurnHost();
    const { log, done } = outcomes();
    host.node.propose(bytes("a"), done("a"));
    host.settle();
    assert.deepEqual(log, []);
    host.node.campaign();
    host.settle();
    assert.deepEqual([log, host.appliedTexts()], [["a ok"], ["a"]]);
  });

  it("keeps messages apart from proposals: they are stepped without a leader", () => {
    const host = new TurnHost({ voters: [1n, 2n] });
    host.node.step(newMessage({ type: T.MsgProp, from: 2n, entries: [newEntry({ data: bytes("b") })] }));
    host.node.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 1 }));
    host.settle();
    const forwarded = host.readys.flatMap(({ messages }) => messages).filter(({ type }) => type === T.MsgProp);
    assert.equal(host.node.status()?.lead, 2n);
    assert.deepEqual(
      forwarded.map(({ to }) => to),
      [2n],
    );
  });

  it("steps the proposals of a turn as one append", () => {
    const host = leader();
    const before = host.readys.length;
    for (const text of ["a", "b", "c"]) host.node.propose(bytes(text));
    host.settle();
    assert.deepEqual(
      host.readys.slice(before).map(({ entries }) => entries.length),
      [3, 0],
    );
    assert.deepEqual(host.appliedTexts(), ["a", "b", "c"]);
  });

  it("drops of a batch that does not fit only the proposals that do not", () => {
    const host = partitionedLeader(11);
    const { log, done } = outcomes();
    host.node.propose(new Uint8Array(1));
    host.settle();
    host.node.propose(new Uint8Array(6), done("six"));
    host.node.propose(new Uint8Array(6), done("six more"));
    host.node.propose(new Uint8Array(4), done("four"));
    host.settle();
    assert.deepEqual(log, ["six ok", "six more ProposalDropped", "four ok"]);
  });

  it("puts a configuration change in force that was in a batch that did not fit", () => {
    const host = partitionedLeader(11);
    const { log, done } = outcomes();
    host.node.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 1 }));
    host.node.propose(new Uint8Array(1));
    host.settle();
    host.node.proposeConfChange({ kind: "v1", change: newConfChange({ type: 3, nodeId: 3n }) }, done("change"));
    host.node.propose(new Uint8Array(10), done("ten"));
    host.settle();
    assert.deepEqual(log, ["change ok", "ten ProposalDropped"]);
    host.node.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 3 }));
    host.settle();
    assert.deepEqual([...(host.node.status()?.config.learners ?? [])], [3n]);
  });

  it("tells whoever waits that the proposal was dropped", () => {
    const host = new TurnHost({ voters: [1n, 2n], disableProposalForwarding: true });
    const { log, done } = outcomes();
    host.node.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 1 }));
    host.node.propose(bytes("a"), done("a"));
    host.settle();
    assert.deepEqual(log, ["a ProposalDropped"]);
    assert.ok(host.lines.includes("INFO 1 not forwarding to leader 2 at term 1; dropping proposal"));
  });

  it("does not step a proposal that was given up", () => {
    const host = new TurnHost();
    const { log, done } = outcomes();
    const given = host.node.propose(bytes("given up"), done("given up"));
    host.node.propose(bytes("kept"), done("kept"));
    host.node.cancel(given);
    host.node.campaign();
    host.settle();
    assert.deepEqual([log, host.appliedTexts()], [["kept ok"], ["kept"]]);
  });

  it("takes proposals up to its bound, and refuses one more at once", () => {
    const host = new TurnHost();
    const { log, done } = outcomes();
    for (let i = 0; i < MAX_QUEUED_PROPOSALS; i++) host.node.propose(new Uint8Array(), undefined);
    assert.deepEqual(log, []);
    host.node.propose(new Uint8Array(), done("one more"));
    assert.deepEqual(log, ["one more QueueFull"]);
    refuses("QueueFull", () => host.node.step(newMessage({ type: T.MsgProp, from: 2n, entries: [newEntry()] })));
    host.node.campaign();
    host.settle();
    assert.equal(host.storage.lastIndex(), MAX_QUEUED_PROPOSALS + 1);
  });

  it("takes messages up to its bound, and refuses one more", () => {
    const host = new TurnHost({ voters: [1n, 2n] });
    const m = (): ReturnType<typeof newMessage> => newMessage({ type: T.MsgTimeoutNow, from: 2n, to: 1n });
    for (let i = 0; i < MAX_QUEUED_MESSAGES; i++) host.node.step(m());
    refuses("QueueFull", () => host.node.step(m()));
    host.settle();
    host.node.step(m());
  });

  it("takes ticks up to its bound, and warns of one more", () => {
    const host = new TurnHost({
      id: 17n,
      voters: [17n, 2n],
      electionTick: MAX_QUEUED_TICKS,
      heartbeatTick: 1,
      random: { below: () => 0 },
    });
    for (let i = 0; i < MAX_QUEUED_TICKS; i++) host.node.tick();
    assert.deepEqual(
      host.lines.filter((line) => line.startsWith("WARN")),
      [],
    );
    host.node.tick();
    assert.deepEqual(
      host.lines.filter((line) => line.startsWith("WARN")),
      ["WARN 11 A tick missed to fire. Node blocks too long!"],
    );
    host.settle();
    assert.equal(host.node.status()?.raftState, StateType.Candidate, "all ticks of the bound were passed on");
  });

  it("ends idempotently, and tells proposals that waited", () => {
    const host = new TurnHost();
    const { log, done } = outcomes();
    host.node.propose(bytes("waited"), done("waited"));
    const given = host.node.propose(bytes("given up"), done("given up"));
    host.node.cancel(given);
    host.node.stop();
    host.node.stop();
    host.node.propose(bytes("late"), done("late"));
    assert.deepEqual(log, ["waited Stopped", "late Stopped"]);
    assert.equal(host.node.status(), undefined);
  });

  it("does nothing more once it ended", () => {
    const host = leader();
    const before = host.readys.length;
    host.node.propose(bytes("x"));
    host.node.stop();
    host.settle();
    for (const call of [
      () => host.node.tick(),
      () => host.node.campaign(),
      () => host.node.advance(),
      () => host.node.transferLeadership(1n),
      () => host.node.forgetLeader(),
      () => host.node.readIndex(bytes("r")),
      () => host.node.reportUnreachable(2n),
      () => host.node.reportSnapshot(2n, "finish"),
    ]) {
      call();
    }
    refuses("Stopped", () => host.node.step(newMessage({ type: T.MsgProp, from: 2n, entries: [newEntry()] })));
    assert.throws(
      () => host.node.step(newMessage({ type: T.MsgTimeoutNow, from: 2n })),
      (error) => error instanceof RaftError && error.code === "Stopped" && error.message === "raft: stopped",
    );
    host.settle();
    assert.deepEqual([host.readys.length, host.turns.length], [before, 0]);
  });
});
