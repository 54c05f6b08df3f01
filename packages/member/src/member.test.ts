import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeContext, newMember } from "@quorate/machine";
import {
  AlarmAction,
  AlarmType,
  ConfChangeType,
  decodeInternalRaftRequest,
  EntryType,
  encodeUtf8,
  type InternalRaftRequestBody,
  type Message,
  MessageType,
  newAlarmRequest,
  newConfChange,
  newConfState,
  newEntry,
  newMessage,
  newPutRequest,
  newSnapshot,
  newSnapshotMetadata,
  type SnapshotMetadata,
} from "@quorate/proto";
import type { Effects } from "./events.ts";
import { requestTimeoutMs } from "./member-options.ts";
import { MAX_APPLY_BACKLOG } from "./proposals.ts";
import { type Answers, LONE_ID, LoneMember, newGround, TICK_MS } from "./testing/lone-member.ts";

const put = (value: string): InternalRaftRequestBody => ({
  kind: "put",
  value: newPutRequest({ key: encodeUtf8("k"), value: encodeUtf8(value) }),
});
const codesOf = (answers: Answers): string[] => answers.map((a) => (a.kind === "failed" ? a.code : a.kind));
/** The requests in what a step gives to the log. */
const appended = (effects: Effects<Answers>): (string | undefined)[] =>
  effects.appends
    .flatMap(({ entries }) => entries)
    .filter(({ type, data }) => type === EntryType.EntryNormal && data !== undefined)
    .map(({ data }) => decodeInternalRaftRequest(data!).body?.kind);

describe("member/member", () => {
  it("campaigns as soon as it may where it is told to at its start", () => {
    const lone = new LoneMember();
    lone.settle({ kind: "campaign" });
    assert.ok(lone.member.isLeader);
    assert.equal(lone.member.appliedIndex, 2, "its own entry behind that of its bootstrap");
  });

  it("raises its alarm where its disk runs full, again after it was disarmed, and refuses what grows", () => {
    const lone = new LoneMember().elect();
    lone.pass(5_000);
    const alarms = () => lone.member.machine.parts.alarms.list(AlarmType.NOSPACE).map(({ memberID }) => memberID);
    for (let round = 0; round < 2; round++) {
      lone.settle({ kind: "diskLow" });
      lone.pass(1_500);
      assert.deepEqual(alarms(), [LONE_ID]);
      assert.deepEqual(codesOf(lone.ask(put("v"))), ["NoSpace"]);
      const value = newAlarmRequest({ action: AlarmAction.DEACTIVATE, memberID: LONE_ID, alarm: AlarmType.NOSPACE });
      lone.ask({ kind: "alarm", value });
    }
    lone.pass(3_000);
    assert.deepEqual(alarms(), []);
    assert.deepEqual(codesOf(lone.ask(put("v"))), ["put"]);
  });

  it("takes urgent requests for longer than others while entries wait to be applied", () => {
    const lone = new LoneMember().elect();
    const fill = (count: number): void => {
      lone.step(...Array.from({ length: count }, () => lone.request(put("v")).event));
    };
    /** Asks both ways at once, before anything more is applied. */
    const both = (): string[][] => {
      const plain = lone.request(put("v"));
      const urgent = lone.request(put("v"));
      lone.step(plain.event, { ...urgent.event, isUrgent: true } as typeof urgent.event);
      return [codesOf(plain.answers), codesOf(urgent.answers)];
    };
    fill(4_000);
    fill(4_000);
    // All of them are durable at once, and a step applies no more than its share of them.
    lone.sync();
    assert.ok(lone.member.commitIndex - lone.member.appliedIndex > MAX_APPLY_BACKLOG);
    assert.deepEqual(both(), [["TooManyRequests"], []]);
  });

  it("acknowledges a put only when its own disk has it, even where it is alone", () => {
    const lone = new LoneMember().elect();
    const { event, answers } = lone.request(put("v"));
    lone.step(event);
    for (let i = 0; i < 5; i++) lone.step({ kind: "tick" });
    assert.deepEqual(answers, []);
    assert.equal(lone.member.machine.parts.store.currentRev, 1, "nor does anybody see it");
    lone.settle(...[]);
    assert.deepEqual(codesOf(answers), ["put"]);
  });

  it("makes one append of all proposals of a step", () => {
    const lone = new LoneMember().elect();
    const requests = Array.from({ length: 100 }, (_, i) => lone.request(put(`${i}`)));
    const effects = lone.step(...requests.map(({ event }) => event));
    assert.deepEqual(
      effects.appends.map(({ entries }) => entries.length),
      [100],
    );
    lone.settle();
    const revisions = requests.map(({ answers }) => (answers[0]?.kind === "put" ? answers[0].revision : 0));
    assert.deepEqual(
      revisions,
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
  });

  it("refuses a request that is too large before it is proposed", () => {
    const lone = new LoneMember().elect();
    const { event, answers } = lone.request(put("x".repeat(2_000)));
    assert.equal(lone.step(event).appends.length, 0);
    assert.deepEqual(codesOf(answers), ["RequestTooLarge"]);
  });

  it("keeps proposals while nobody leads, and lets them go when their time is up", () => {
    const lone = new LoneMember();
    const early = lone.request(put("early"));
    lone.settle(early.event);
    lone.elect();
    assert.deepEqual(codesOf(early.answers), ["put"]);

    const nobody = new LoneMember({}, [LONE_ID, 2n, 3n]);
    const late = nobody.request(put("late"));
    nobody.settle(late.event);
    const timeoutMs = requestTimeoutMs({ electionTicks: 10, tickMs: 100 });
    nobody.pass(timeoutMs - 100);
    assert.deepEqual(late.answers, []);
    nobody.pass(100);
    assert.deepEqual(codesOf(late.answers), ["Timeout"]);
    assert.equal(nobody.member.pendingProposals, 0);
  });

  it("answers everyone who still waits when it stops", () => {
    const lone = new LoneMember({}, [LONE_ID, 2n, 3n]);
    const { event, answers } = lone.request(put("v"));
    const read: Answers = [];
    lone.settle(event, { kind: "read", waiter: read });
    const { waiters, settled } = lone.member.stop();
    assert.deepEqual(waiters, [answers, read]);
    assert.ok(settled.every((s) => s.kind === "failed" && s.code === "Stopped"));
  });

  it("confirms a read once everything that was committed before is applied", () => {
    const lone = new LoneMember().elect();
    const read: Answers = [];
    const { event, answers } = lone.request(put("v"));
    lone.step(event);
    // The commit is known in the very step in which the read asks.
    lone.pending.length = 1;
    const append = lone.pending[0]!;
    lone.pending = [];
    lone.step({ kind: "appended", append }, { kind: "read", waiter: read });
    assert.deepEqual(codesOf(answers), ["put"]);
    assert.deepEqual(codesOf(read), ["confirmed"]);
    assert.equal(lone.member.machine.parts.store.currentRev, 2);
  });

  it("gives a lease its whole time from the moment of its grant, not from the tick before", () => {
    const lone = new LoneMember().elect();
    lone.pass(1_000);
    const { lessor } = lone.member.machine.parts;
    // Nearly a tick later.
    lone.nowMs += 99;
    const grantedMs = lone.nowMs;
    lone.ask({ kind: "leaseGrant", value: { ID: 7n, TTL: 3 } });
    assert.ok(lessor.has(7n));
    for (let i = 0; i < 1_000 && lessor.has(7n); i++) lone.pass(10);
    assert.ok(!lessor.has(7n), "it ends");
    assert.ok(lone.nowMs >= grantedMs + 3_000, `after ${lone.nowMs - grantedMs} ms`);
  });

  it("proposes what only a leader may in the step in which its leadership is confirmed", () => {
    const lone = new LoneMember().elect();
    lone.ask({ kind: "leaseGrant", value: { ID: 7n, TTL: 1 } });
    let revokes = 0;
    for (let i = 0; i < 30 && lone.member.machine.parts.lessor.has(7n); i++) {
      lone.nowMs += 100;
      const effects = lone.step({ kind: "tick" });
      // Alone, it knows at once that it leads; a revocation that shows up in a later step had waited, and another might lead by then.
      revokes += appended(effects).filter((kind) => kind === "leaseRevoke").length;
      while (lone.pending.length > 0) assert.ok(!appended(lone.sync()).includes("leaseRevoke"));
    }
    assert.equal(revokes, 1);
  });

  it("does not let leases start anew for a change of membership that raft refused", () => {
    const lone = new LoneMember().elect();
    lone.ask({ kind: "leaseGrant", value: { ID: 7n, TTL: 60 } });
    lone.pass(10_000);
    const before = lone.member.machine.parts.lessor.timeToLive(7n)?.ttlSeconds;
    // Of two changes at once raft takes the first and puts an empty entry in the place of the second.
    const change = (id: bigint) => {
      const member = newMember({ id, peerUrls: [`http://new-${id}:2380`], isLearner: true });
      const context = encodeContext({ member, isPromote: false });
      const type = ConfChangeType.ConfChangeAddLearnerNode;
      const numbered = newConfChange({ id: lone.member.nextId(), type, nodeId: id, context });
      return { kind: "changeMembership", change: numbered, waiter: [] as Answers } as const;
    };
    const [first, second] = [change(8n), change(9n)];
    lone.settle(first, second);
    assert.deepEqual(codesOf(first.waiter), ["confirmed"]);
    assert.ok(!lone.member.machine.parts.cluster.members.has(9n));
    assert.equal(lone.member.machine.parts.lessor.timeToLive(7n)?.ttlSeconds, before);
  });

  it("tells a client why its change of membership has no effect, and takes the next one", () => {
    const lone = new LoneMember().elect();
    const remove = (nodeId: bigint): Answers => {
      const waiter: Answers = [];
      const type = ConfChangeType.ConfChangeRemoveNode;
      lone.settle({
        kind: "changeMembership",
        change: newConfChange({ id: lone.member.nextId(), type, nodeId }),
        waiter,
      });
      return waiter;
    };
    assert.deepEqual(codesOf(remove(99n)), ["MemberNotFound"]);
    assert.deepEqual(codesOf(remove(98n)), ["MemberNotFound"]);
  });

  it("refuses to move leadership from where it is not, and to whom cannot take it", () => {
    const follower = new LoneMember({}, [LONE_ID, 2n]);
    const refused: Answers = [];
    follower.settle({ kind: "moveLeader", target: 2n, waiter: refused });
    assert.deepEqual(codesOf(refused), ["NotLeader"]);
    const lone = new LoneMember().elect();
    const answers: Answers = [];
    lone.settle(
      { kind: "moveLeader", target: 5n, waiter: answers },
      { kind: "moveLeader", target: LONE_ID, waiter: answers },
    );
    assert.deepEqual(codesOf(answers), ["BadLeaderTransferee", "confirmed"]);
  });

  it("makes itself known once the cluster has a version", () => {
    const lone = new LoneMember().elect();
    lone.pass(1_000);
    assert.equal(lone.member.isPublished, false);
    lone.settle({ kind: "versions", versions: ["3.5.30"] });
    lone.pass(200);
    assert.equal(lone.member.machine.parts.cluster.version, "3.5.0");
    assert.equal(lone.member.isPublished, true);
  });

  it("saves its snapshot when the backend has committed so far, and lets the log go behind it", () => {
    const lone = new LoneMember({ snapshotCount: 20, snapshotCatchUpEntries: 5 }).elect();
    for (let i = 0; i < 50 && lone.member.machine.appliedIndex < 40; i++) {
      lone.ask(put(`${i}`));
      lone.pass(100);
      assert.ok(lone.backend.committed.index >= (lone.saved?.metadata.index ?? 0));
      lone.backend.finishCommit();
    }
    const metadata = lone.saved?.metadata;
    assert.ok(metadata !== undefined);
    assert.deepEqual(metadata.confState.voters, [LONE_ID]);
    assert.equal(lone.member.logBounds.first, 1, "not before the file is durable");
    lone.settle({ kind: "snapshotSaved", metadata });
    assert.equal(lone.member.logBounds.first, metadata.index - 5 + 1);
  });

  it("commits what a compaction removes although no entry comes after it", () => {
    const lone = new LoneMember({ backendBatchMs: 0 }).elect();
    const rows = (): number => {
      let count = 0;
      const snapshot = lone.backend.snapshot();
      snapshot.range("key", new Uint8Array(0), undefined, () => ++count > 0);
      snapshot.close();
      return count;
    };
    for (let i = 0; i < 600; i++) lone.ask(put(`${i}`));
    const { event } = lone.request({ kind: "compaction", value: { revision: 601, physical: false } });
    lone.step(event);
    // The step that applies it also commits it, before the first row goes.
    lone.sync();
    lone.backend.finishCommit();
    for (let i = 0; i < 5; i++) {
      lone.pass(TICK_MS);
      lone.backend.finishCommit();
    }
    assert.equal(lone.member.machine.parts.store.finishedCompactRev, 601);
    assert.equal(rows(), 1);
    assert.equal(lone.backend.bufferedChanges, 0);
  });

  it("stops rather than vote on when entries that it acknowledged are gone", () => {
    const lone = new LoneMember({}, [LONE_ID, 2n]);
    lone.settle();
    const heartbeat = newMessage({ type: MessageType.MsgHeartbeat, from: 2n, to: LONE_ID, term: 5, commit: 1_000 });
    assert.throws(() => lone.step({ kind: "receive", message: heartbeat }), /acknowledged are gone/);
  });

  it("stands still for a second snapshot that comes while the first is installed", () => {
    const lone = new LoneMember({}, [LONE_ID, 2n]);
    lone.settle();
    const message = (init: Partial<Message>) =>
      ({ kind: "receive", message: newMessage({ from: 2n, to: LONE_ID, term: 2, ...init }) }) as const;
    const snapshotAt = (index: number): SnapshotMetadata =>
      newSnapshotMetadata({ index, term: 2, confState: newConfState({ voters: [LONE_ID, 2n] }) });
    const snap = (metadata: SnapshotMetadata) =>
      message({ type: MessageType.MsgSnap, snapshot: newSnapshot({ metadata }) });
    const [first, second] = [snapshotAt(10), snapshotAt(20)];
    lone.step(snap(first));
    assert.deepEqual(lone.sync().install, first);
    lone.step(snap(second));
    // The first is in place before the second is in the log.
    lone.step({ kind: "installed", metadata: first, ...newGround(10) });
    assert.equal(lone.member.appliedIndex, 10);
    assert.deepEqual(lone.sync().install, second);
    const entries = [newEntry({ index: 21, term: 2 })];
    lone.settle(message({ type: MessageType.MsgApp, index: 20, logTerm: 2, entries, commit: 21 }));
    assert.equal(lone.member.appliedIndex, 10, "what lies behind the second waits for it");
    lone.settle({ kind: "installed", metadata: second, ...newGround(20) });
    assert.equal(lone.member.appliedIndex, 21);
  });
});
