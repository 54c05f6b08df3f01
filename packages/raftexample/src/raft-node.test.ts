import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger, silentTrace } from "@quorate/base";
import {
  ConfChangeType,
  type Entry,
  type Message,
  MessageType,
  newConfChange,
  newConfState,
  newEntry,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
  type Snapshot,
} from "@quorate/proto";
import { MemoryStorage, type Node, type Ready, startNode } from "@quorate/raft";
import { Channel } from "./channel.ts";
import type { Commit, ProposeRequest } from "./kv-store.ts";
import { newMembers } from "./members.ts";
import { RaftNode, SNAPSHOT_CATCH_UP_ENTRIES } from "./raft-node.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const url = (id: bigint): string => `http://127.0.0.1:${id}`;

type Held = { readonly resolve: () => void; readonly reject: (error: Error) => void };

/**
 * A raft node with everything around it in memory. What it does shows in `events`, in order; a disk operation is done at once, or
 * held until the test says how it ends.
 */
class Harness {
  readonly events: string[] = [];
  readonly sent: Message[] = [];
  readonly snapshotsSent: Message[] = [];
  readonly snapshotsSaved: Snapshot[] = [];
  readonly held: Held[] = [];
  readonly storage = new MemoryStorage();
  readonly members = newMembers();
  readonly proposeC = new Channel<ProposeRequest>("proposeC");
  readonly node: Node;
  readonly raftNode: RaftNode;
  isHolding = false;
  getSnapshot: () => Promise<Uint8Array> = () => Promise.resolve(text("state"));
  readonly #turns: (() => void)[] = [];

  constructor(id: bigint, peers: readonly bigint[], snapshotCount = 1_000_000) {
    const config = { id, electionTick: 10, heartbeatTick: 1, storage: this.storage, maxInflightMsgs: 64 };
    this.node = startNode(
      { ...config, maxSizePerMsg: 1 << 20 },
      peers.map((peer) => ({ id: peer, context: text(url(peer)) })),
      {
        schedule: (turn) => void this.#turns.push(turn),
        onReady: (ready: Ready) => this.raftNode.serveReady(ready),
      },
    );
    const note = (event: string): void => void this.events.push(event);
    const commitC = new Channel<Commit>("commitC");
    commitC.receive((commit) => note(`commit ${commit.map(({ data }) => new TextDecoder().decode(data)).join(" ")}`));
    this.raftNode = new RaftNode(
      {
        memberId: id,
        node: this.node,
        storage: this.storage,
        log: {
          save: (hardState, entries, mustSync) => {
            if (hardState === undefined && entries.length === 0) return Promise.resolve();
            return this.#disk(`save ${entries.length}${mustSync ? " sync" : ""}`);
          },
          saveSnapshot: (snapshot) => {
            this.snapshotsSaved.push(snapshot);
            return this.#disk(`saveSnapshot ${snapshot.metadata.index}`);
          },
          release: (index) => this.#disk(`release ${index}`),
        },
        peers: {
          send: (messages) => {
            this.sent.push(...messages);
            note(`send ${messages.map(({ type }) => MessageName[type] ?? type).join(" ")}`);
          },
          sendSnapshot: (m) => {
            this.snapshotsSent.push(m);
            note("sendSnapshot");
          },
          addPeer: (peer, at) => note(`addPeer ${peer} ${at}`),
          removePeer: (peer) => note(`removePeer ${peer}`),
        },
        members: this.members,
        proposeC: this.proposeC,
        commitC,
        snapshotCount,
        getSnapshot: () => this.getSnapshot(),
        recover: (data) => note(`recover ${new TextDecoder().decode(data)}`),
        onReadState: (context, index) => note(`readState ${new TextDecoder().decode(context)} ${index}`),
        onApplied: (index) => note(`applied ${index}`),
        onConfChange: (change, problem) => note(`confChange ${change} ${problem ?? "done"}`),
        onRemoved: () => note("removed"),
        onFatal: (error) => note(`fatal ${(error as Error).message}`),
        logger: silentLogger,
        trace: silentTrace,
      },
      { confState: newConfState(), appliedIndex: 0, snapshotIndex: 0 },
    );
    this.raftNode.serveChannels();
  }

  /** Runs turns until nothing moves any more but what is held. */
  async settle(): Promise<void> {
    do {
      for (const turn of this.#turns.splice(0)) turn();
      await new Promise((done) => setImmediate(done));
    } while (this.#turns.length > 0);
  }

  /** What happened since the last call. */
  async happened(): Promise<string[]> {
    await this.settle();
    return this.events.splice(0);
  }

  propose(value: string): void {
    const dropped = (reason: string): void => void this.events.push(`dropped ${reason}`);
    this.proposeC.send({ data: text(value), dropped });
  }

  /** Makes this member the leader, by the votes of `voters`. */
  async lead(voters: readonly bigint[] = []): Promise<void> {
    await this.settle();
    this.node.campaign();
    await this.settle();
    const { term } = this.storage.initialState().hardState;
    for (const from of voters) this.node.step(newMessage({ type: MessageType.MsgVoteResp, from, to: this.id, term }));
    await this.settle();
    assert.equal(this.raftNode.isLeader, true);
    this.events.length = 0;
  }

  get id(): bigint {
    return this.node.status()?.id ?? 0n;
  }

  /** Follower: an append from leader 1 at term 2, behind the two entries that the cluster began with. */
  append(entries: readonly string[], commit = 2): void {
    const index = 2;
    const list = entries.map((value, i): Entry => newEntry({ term: 2, index: index + 1 + i, data: text(value) }));
    const m = { type: MessageType.MsgApp, from: 1n, to: 2n, term: 2, logTerm: 1, index, entries: list, commit };
    this.node.step(newMessage(m));
  }

  #disk(operation: string): Promise<void> {
    this.events.push(operation);
    if (!this.isHolding) return Promise.resolve();
    return new Promise((resolve, reject) => void this.held.push({ resolve, reject }));
  }
}

const MessageName: Readonly<Record<number, string>> = {
  [MessageType.MsgApp]: "MsgApp",
  [MessageType.MsgAppResp]: "MsgAppResp",
  [MessageType.MsgVote]: "MsgVote",
  [MessageType.MsgHeartbeat]: "MsgHeartbeat",
  [MessageType.MsgHeartbeatResp]: "MsgHeartbeatResp",
};

const appResp = (from: bigint, index: number, term = 2): Message =>
  newMessage({ type: MessageType.MsgAppResp, from, to: 1n, term, index });

function add(id: bigint, nodeId: bigint): { readonly kind: "v1"; readonly change: ReturnType<typeof newConfChange> } {
  const type = ConfChangeType.ConfChangeAddNode;
  return { kind: "v1", change: newConfChange({ id, type, nodeId, context: text(url(nodeId)) }) };
}

function remove(id: bigint, nodeId: bigint): ReturnType<typeof add> {
  return { kind: "v1", change: newConfChange({ id, type: ConfChangeType.ConfChangeRemoveNode, nodeId }) };
}

describe("raftexample/raft-node", () => {
  describe("the order of a Ready", () => {
    it("starts a new cluster with its members, from the log", async () => {
      const h = new Harness(1n, [1n, 2n]);
      assert.deepEqual(await h.happened(), ["save 2 sync", `addPeer 2 ${url(2n)}`, "applied 2"]);
      assert.deepEqual(
        [...h.members.urls],
        [
          [1n, url(1n)],
          [2n, url(2n)],
        ],
      );
    });

    it("holds a follower's answer back until what it promises is saved", async () => {
      const h = new Harness(2n, [1n, 2n]);
      await h.happened();
      h.isHolding = true;
      h.append(["a", "b"], 4);
      assert.deepEqual(await h.happened(), ["save 2 sync"]);
      h.held[0]?.resolve();
      assert.deepEqual((await h.happened()).slice(0, 3), ["send MsgAppResp", "commit a b", "applied 4"]);
    });

    it("sends a leader's appends while its own disk works, and applies only after", async () => {
      const h = new Harness(1n, [1n, 2n]);
      await h.lead([2n]);
      h.node.step(appResp(2n, 3));
      await h.settle();
      h.events.length = 0;
      h.isHolding = true;
      h.propose("a");
      assert.deepEqual(await h.happened(), ["save 1 sync", "send MsgApp"]);
      h.node.step(appResp(2n, 4));
      assert.deepEqual(await h.happened(), [], "the follower's word and the leader's own are needed");
      h.held[0]?.resolve();
      h.isHolding = false;
      assert.deepEqual(await h.happened(), ["save 0", "send MsgApp", "commit a", "applied 4"]);
    });

    it("does not count the leader's own copy before it is saved", async () => {
      const h = new Harness(1n, [1n]);
      await h.lead();
      h.isHolding = true;
      h.propose("a");
      assert.deepEqual(await h.happened(), ["save 1 sync"]);
      assert.equal(h.node.status()?.hardState.commit, 2);
      h.held[0]?.resolve();
      h.isHolding = false;
      assert.deepEqual(await h.happened(), ["save 0", "commit a", "applied 3"]);
    });

    it("publishes entries in order, changes of membership between them, and empty ones not at all", async () => {
      const h = new Harness(1n, [1n]);
      await h.lead();
      h.propose("a");
      h.propose("b");
      h.node.proposeConfChange(add(8n, 2n));
      h.propose("c");
      const events = (await h.happened()).filter((event) => !event.startsWith("save") && !event.startsWith("send"));
      assert.deepEqual(events.slice(0, 3), ["commit a b", `addPeer 2 ${url(2n)}`, "confChange 8 done"]);
    });

    it("tells read states with their contexts", async () => {
      const h = new Harness(1n, [1n]);
      await h.lead();
      h.node.readIndex(text("ctx"));
      assert.deepEqual(await h.happened(), ["readState ctx 2"]);
    });
  });

  describe("a disk that fails", () => {
    it("ends a follower: it answers nothing, applies nothing, and goes on with nothing", async () => {
      const h = new Harness(2n, [1n, 2n]);
      await h.happened();
      h.isHolding = true;
      h.append(["a"], 3);
      await h.happened();
      h.held[0]?.reject(new Error("no space left"));
      assert.deepEqual(await h.happened(), ["fatal no space left"]);
      h.isHolding = false;
      h.append(["a", "b"], 4);
      h.node.tick();
      assert.deepEqual(await h.happened(), []);
      assert.equal(h.raftNode.appliedIndex, 2);
    });

    it("ends a leader: it counts nothing of its own, and sends no more", async () => {
      const h = new Harness(1n, [1n, 2n]);
      await h.lead([2n]);
      h.node.step(appResp(2n, 3));
      await h.settle();
      h.events.length = 0;
      h.isHolding = true;
      h.propose("a");
      assert.deepEqual(await h.happened(), ["save 1 sync", "send MsgApp"]);
      h.held[0]?.reject(new Error("sync failed"));
      assert.deepEqual(await h.happened(), ["fatal sync failed"]);
      h.node.step(appResp(2n, 4));
      h.propose("b");
      h.node.tick();
      assert.deepEqual(await h.happened(), []);
    });

    it("ends a member whose own snapshot cannot be made or saved", async () => {
      for (const isMade of [false, true]) {
        const h = new Harness(1n, [1n], 2);
        await h.lead();
        if (!isMade) h.getSnapshot = () => Promise.reject(new Error("out of memory"));
        h.propose("a");
        await h.settle();
        h.isHolding = isMade;
        h.propose("b");
        await h.settle();
        for (const { reject } of h.held) reject(new Error("out of memory"));
        await h.settle();
        assert.equal(h.events.filter((event) => event === "fatal out of memory").length, 1);
        h.events.length = 0;
        h.propose("c");
        assert.deepEqual(await h.happened(), []);
      }
    });
  });

  describe("snapshots", () => {
    const received = newSnapshot({
      // As a socket gives it.
      data: Buffer.from("..theirs").subarray(2),
      metadata: newSnapshotMetadata({ index: 9, term: 2, confState: newConfState({ voters: [1n, 2n, 3n] }) }),
    });
    const snapshotMessage = newMessage({ type: MessageType.MsgSnap, from: 1n, to: 2n, term: 2, snapshot: received });

    it("are on disk before anything else is saved, restored or answered", async () => {
      const h = new Harness(2n, [1n, 2n]);
      await h.happened();
      h.isHolding = true;
      h.node.step(snapshotMessage);
      assert.deepEqual(await h.happened(), ["saveSnapshot 9"]);
      assert.deepEqual(h.snapshotsSaved[0]?.data, text("theirs"));
      // The log takes over the memory of what it saves.
      assert.notEqual(h.snapshotsSaved[0]?.data?.buffer, received.data?.buffer);
      assert.equal(h.storage.snapshot().metadata.index, 0);
      h.held[0]?.resolve();
      const next = await h.happened();
      assert.deepEqual(next, ["save 0 sync", "recover theirs", "applied 9"]);
      h.held[1]?.resolve();
      assert.deepEqual(await h.happened(), ["send MsgAppResp"]);
      assert.equal(h.sent.at(-1)?.index, 9);
      assert.deepEqual([h.storage.firstIndex(), h.storage.lastIndex()], [10, 9]);
    });

    it("are followed by a synced HardState also where only the commit index moved: without it they do not count", async () => {
      const h = new Harness(2n, [1n, 2n]);
      h.append([]);
      await h.happened();
      // Same term as before: nothing but the commit index is new.
      h.node.step(snapshotMessage);
      assert.deepEqual((await h.happened()).slice(0, 2), ["saveSnapshot 9", "save 0 sync"]);
    });

    it("change nothing when they cannot be saved", async () => {
      const h = new Harness(2n, [1n, 2n]);
      await h.happened();
      h.isHolding = true;
      h.node.step(snapshotMessage);
      await h.happened();
      h.held[0]?.reject(new Error("no space left"));
      assert.deepEqual(await h.happened(), ["fatal no space left"]);
      assert.equal(h.raftNode.appliedIndex, 2);
    });

    it("are taken every snapshotCount entries, beside the Readys, and let go of the log before them", async () => {
      const h = new Harness(1n, [1n], 4);
      let finish: (data: Uint8Array) => void = () => {};
      h.getSnapshot = () => new Promise((resolve) => (finish = resolve));
      await h.lead();
      for (const value of ["a", "b"]) h.propose(value);
      await h.settle();
      h.propose("c");
      assert.ok((await h.happened()).includes("commit c"), "the store goes on while a snapshot is made");
      finish(text("at 4"));
      assert.deepEqual(await h.happened(), ["saveSnapshot 4", "release 4"]);
      const [saved] = h.snapshotsSaved;
      assert.deepEqual([saved?.data, saved?.metadata.confState.voters], [text("at 4"), [1n]]);
      assert.equal(h.storage.snapshot().metadata.index, 4);
    });

    it(`leave ${SNAPSHOT_CATCH_UP_ENTRIES} entries in memory for followers that are a little behind`, async () => {
      const h = new Harness(1n, [1n], 100);
      await h.lead();
      for (let i = 0; i < SNAPSHOT_CATCH_UP_ENTRIES + 300; i++) {
        h.propose(`${i}`);
        if (i % 50 === 49) await h.settle();
      }
      await h.settle();
      const { index } = h.storage.snapshot().metadata;
      assert.ok(index > SNAPSHOT_CATCH_UP_ENTRIES + 100);
      assert.equal(h.storage.firstIndex(), index - SNAPSHOT_CATCH_UP_ENTRIES + 1);
    });

    it("go to a follower with the state of the moment, not that of the last file", async () => {
      const h = new Harness(1n, [1n, 2n], 3);
      await h.lead([2n]);
      h.getSnapshot = () => Promise.resolve(text(`state at ${h.raftNode.appliedIndex}`));
      for (const [index, value] of [
        [4, "a"],
        [5, "b"],
        [6, "c"],
        [7, "d"],
      ] as const) {
        h.propose(value);
        await h.settle();
        h.node.step(appResp(2n, index));
        await h.settle();
      }
      h.node.proposeConfChange(add(8n, 3n));
      await h.settle();
      h.node.step(appResp(2n, 8));
      await h.settle();
      h.storage.compact(h.storage.snapshot().metadata.index);
      const file = h.storage.snapshot().metadata;
      assert.deepEqual(file.confState.voters, [1n, 2n]);
      // Member 3 is new and has nothing; raft must find that its log is gone.
      const reject = { type: MessageType.MsgAppResp, from: 3n, to: 1n, term: 2, index: 7, reject: true, rejectHint: 0 };
      h.node.step(newMessage(reject));
      await h.settle();
      const [sent] = h.snapshotsSent;
      assert.deepEqual([sent?.to, sent?.snapshot?.metadata.index], [3n, 8]);
      assert.deepEqual(sent?.snapshot?.metadata.confState.voters, [1n, 2n, 3n]);
      assert.deepEqual(sent?.snapshot?.data, text("state at 8"));
    });
  });

  describe("changes of membership", () => {
    it("that are refused count as applied and change nothing", async () => {
      const h = new Harness(1n, [1n, 2n]);
      await h.lead([2n]);
      h.node.step(appResp(2n, 3));
      await h.settle();
      h.events.length = 0;
      h.node.proposeConfChange(add(8n, 2n));
      await h.settle();
      h.node.step(appResp(2n, 4));
      const events = (await h.happened()).filter((event) => /^(confChange|addPeer|applied)/.test(event));
      assert.deepEqual(events, ["confChange 8 member 2 is in the cluster already", "applied 4"]);
      assert.deepEqual([...(h.node.status()?.progress.keys() ?? [])], [1n, 2n]);
    });

    it("cut the connection to a removed member, and tell a member of its own removal", async () => {
      for (const [gone, expected] of [
        [2n, "removePeer 2"],
        [1n, "removed"],
      ] as const) {
        const h = new Harness(1n, [1n, 2n]);
        await h.lead([2n]);
        h.node.step(appResp(2n, 3));
        await h.settle();
        h.node.proposeConfChange(remove(8n, gone));
        await h.settle();
        h.events.length = 0;
        h.node.step(appResp(2n, 4));
        const events = await h.happened();
        assert.ok(events.includes(expected), events.join(", "));
        assert.ok(events.indexOf(expected) < events.indexOf("confChange 8 done"));
        assert.deepEqual([...h.members.removed], [gone]);
      }
    });
  });

  describe("the end", () => {
    it("tells proposals that wait for a leader", async () => {
      const h = new Harness(1n, [1n, 2n]);
      await h.happened();
      h.propose("a");
      assert.deepEqual(await h.happened(), []);
      await h.raftNode.stop();
      assert.deepEqual(await h.happened(), ["dropped raft: stopped"]);
      assert.equal(h.raftNode.status(), undefined);
    });

    it("waits for a snapshot that is being saved, and takes no Ready any more", async () => {
      const h = new Harness(1n, [1n], 2);
      let finish: (data: Uint8Array) => void = () => {};
      h.getSnapshot = () => new Promise((resolve) => (finish = resolve));
      await h.lead();
      let isStopped = false;
      const stopped = h.raftNode.stop().then(() => (isStopped = true));
      await h.settle();
      assert.equal(isStopped, false);
      finish(text("state"));
      await stopped;
      assert.ok(h.events.some((event) => event.startsWith("saveSnapshot")));
      h.events.length = 0;
      h.propose("a");
      assert.deepEqual(await h.happened(), ["dropped raft: stopped"]);
    });
  });
});
