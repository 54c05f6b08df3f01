import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import { afterEach, describe, it } from "node:test";
import { encodeMessage, type Message, MessageType, newMessage, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import {
  collectWarnings,
  type MemberOptions,
  PeerMember,
  peerHeaders,
  type RawAnswer,
  requestOnce,
  until,
} from "@quorate/testkit";
import type { SnapshotSink, SnapshotStore } from "./options.ts";

const snapshot = (init: Partial<Message> = {}): Message =>
  newMessage({
    type: MessageType.MsgSnap,
    from: 2n,
    to: 1n,
    term: 4,
    snapshot: newSnapshot({
      data: new Uint8Array([1, 2]),
      metadata: newSnapshotMetadata({ index: 0x1f, term: 4 }),
    }),
    ...init,
  });

const framed = (message: Uint8Array, backend: Uint8Array = new Uint8Array(0), length = message.length): Buffer => {
  const header = Buffer.alloc(8);
  header.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([header, message, backend]);
};

/** Saves in memory, and tells what was asked of it. */
class MemoryStore implements SnapshotStore {
  readonly calls: string[] = [];
  readonly chunks: Uint8Array[] = [];
  /** Steps that fail. */
  readonly broken = new Set<string>();
  /** Every write waits for this. */
  gate: Promise<void> = Promise.resolve();

  openSink(index: number): Promise<SnapshotSink> {
    return this.#step(`open ${index}`, "open").then(() => ({
      write: async (chunk) => {
        await this.gate;
        if (this.broken.has("write")) throw new Error("disk full");
        this.chunks.push(chunk);
      },
      commit: () => this.#step("commit"),
      abort: () => this.#step("abort"),
    }));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  async #step(call: string, name = call): Promise<void> {
    this.calls.push(call);
    if (this.broken.has(name)) throw new Error(`${name} failed`);
  }
}

async function* backendOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const members: PeerMember[] = [];
const start = async (options: MemberOptions): Promise<PeerMember> => {
  const member = await PeerMember.start(options);
  members.push(member);
  return member;
};

afterEach(async () => {
  for (const member of members.splice(0)) await member.stop();
});

describe("rafthttp/node-handlers POST /raft/snapshot", () => {
  const post = (member: PeerMember, body: Uint8Array, from = 2n): Promise<RawAnswer> =>
    requestOnce(
      `${member.url}/raft/snapshot`,
      { method: "POST", headers: peerHeaders(member, from, { "Transfer-Encoding": "chunked" }) },
      body,
    );

  it("saves the backend, then hands the message to raft, then answers 204", async () => {
    const snapshots = new MemoryStore();
    const member = await start({ id: 1n, snapshots });
    member.raft.onProcess = () => snapshots.calls.push("process");
    const backend = Buffer.alloc(300_000, "backend");
    const { status, body, headers } = await post(member, framed(encodeMessage(snapshot()), backend));
    assert.equal(status, 204, body);
    assert.equal(headers["x-etcd-cluster-id"], "cdf818194e3a8c32");
    assert.deepEqual(snapshots.calls, ["open 31", "commit", "process"]);
    assert.ok(snapshots.bytes.equals(backend));
    assert.deepEqual(member.raft.messages.map(encodeMessage), [encodeMessage(snapshot())]);
  });

  it("takes the body byte by byte", async () => {
    const snapshots = new MemoryStore();
    const member = await start({ id: 1n, snapshots });
    const headers = peerHeaders(member, 2n);
    const request = http.request(`${member.url}/raft/snapshot`, { method: "POST", headers, agent: false });
    for (const byte of framed(encodeMessage(snapshot()), Buffer.from("abc"))) {
      request.write(new Uint8Array([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    request.end();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 204);
    assert.equal(snapshots.bytes.toString(), "abc");
  });

  it("needs no store for a snapshot whose data is all in its message", async () => {
    const member = await start({ id: 1n });
    assert.equal((await post(member, framed(encodeMessage(snapshot())))).status, 204);
    assert.equal(member.raft.messages.length, 1);
  });

  it("answers 500 to a backend that it has no store for", async () => {
    const member = await start({ id: 1n });
    assert.equal((await post(member, framed(encodeMessage(snapshot()), Buffer.from("x")))).status, 500);
    assert.deepEqual(member.raft.messages, []);
  });

  const good = encodeMessage(snapshot());
  for (const [why, body] of Object.entries({
    nothing: new Uint8Array(0),
    "a cut length": new Uint8Array(7),
    "a cut message": framed(good).subarray(0, good.length),
    "a message that does not decode": framed(new Uint8Array([0x08])),
    "a message of another type": framed(encodeMessage(snapshot({ type: MessageType.MsgApp })), Buffer.alloc(100_000)),
    "a length beyond the limit": framed(good, Buffer.alloc(100_000), 64 * 1024 * 1024 + 1),
  })) {
    it(`answers 400 to ${why} and saves nothing`, async () => {
      const snapshots = new MemoryStore();
      const member = await start({ id: 1n, snapshots });
      const answer = await post(member, body);
      assert.equal(answer.status, 400);
      assert.deepEqual(snapshots.calls, []);
      assert.deepEqual(member.raft.messages, []);
    });
  }

  it("takes a message of exactly the limit", async () => {
    const maxSnapshotMessageBytes = good.length;
    const member = await start({ id: 1n, limits: { maxSnapshotMessageBytes } });
    assert.equal((await post(member, framed(good))).status, 204);
    const larger = encodeMessage(snapshot({ context: new Uint8Array(1) }));
    assert.equal((await post(member, framed(larger))).status, 400);
  });

  for (const step of ["open", "write", "commit"]) {
    it(`answers 500 when the store fails to ${step}, and raft does not hear of it`, async () => {
      const snapshots = new MemoryStore();
      snapshots.broken.add(step);
      const member = await start({ id: 1n, snapshots });
      const answer = await post(member, framed(good, Buffer.from("abc")));
      assert.equal(answer.status, 500);
      assert.equal(answer.body, "error saving snapshot\n");
      assert.equal(snapshots.calls.includes("abort"), step !== "open");
      assert.deepEqual(member.raft.messages, []);
    });
  }

  for (const isPeer of [true, false]) {
    it(`answers 500 when raft refuses the message of ${isPeer ? "a peer" : "anybody else"}`, async () => {
      const member = await start({ id: 1n, snapshots: new MemoryStore() });
      if (isPeer) member.transport.addPeer(2n, ["http://127.0.0.1:1"]);
      member.raft.onProcess = () => {
        throw new Error("no");
      };
      assert.equal((await post(member, framed(good, Buffer.from("abc")))).status, 500);
    });
  }

  it("throws away what was saved when the sender gives up", async () => {
    const snapshots = new MemoryStore();
    const member = await start({ id: 1n, snapshots });
    const headers = peerHeaders(member, 2n);
    const request = http.request(`${member.url}/raft/snapshot`, { method: "POST", headers, agent: false });
    request.on("error", () => undefined);
    request.write(framed(good, Buffer.alloc(1000)));
    await until(() => snapshots.bytes.length === 1000, "the backend's first bytes");
    request.destroy();
    await until(() => snapshots.calls.includes("abort"), "the store to throw the file away");
    assert.deepEqual(snapshots.calls, ["open 31", "abort"]);
    assert.deepEqual(member.raft.messages, []);
  });

  it("hands nothing to raft any more once the transport is stopped", async () => {
    const snapshots = new MemoryStore();
    let open = (): void => undefined;
    snapshots.gate = new Promise((resolve) => {
      open = resolve;
    });
    const member = await start({ id: 1n, snapshots });
    const answer = post(member, framed(good, Buffer.from("abc")));
    await until(() => snapshots.calls.length > 0, "the store to be asked");
    member.transport.stop();
    open();
    assert.equal((await answer).status, 500);
    assert.deepEqual(member.raft.messages, []);
  });

  it("reads no faster than the store writes", async () => {
    const snapshots = new MemoryStore();
    let open = (): void => undefined;
    snapshots.gate = new Promise((resolve) => {
      open = resolve;
    });
    const member = await start({ id: 1n, snapshots });
    const headers = peerHeaders(member, 2n);
    const request = http.request(`${member.url}/raft/snapshot`, { method: "POST", headers, agent: false });
    request.write(framed(good));
    // Far more than sockets hold: it can only be taken once the store lets it.
    const chunk = Buffer.alloc(1 << 20);
    for (let n = 0; n < 32; n++) request.write(chunk);
    request.end();
    await until(() => snapshots.calls.length > 0, "the store to be asked");
    assert.equal(request.writableFinished, false);
    open();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 204);
    assert.equal(snapshots.bytes.length, 32 << 20);
  });
});

describe("rafthttp/node-snapshot-sender", () => {
  const pair = async (receiver: Omit<MemberOptions, "id"> = {}): Promise<[PeerMember, PeerMember]> => {
    const [to, from] = [await start({ id: 1n, ...receiver }), await start({ id: 2n })];
    from.transport.addRemote(1n, to.identity.urls);
    return [to, from];
  };

  it("sends message and backend, and reports that it finished", async () => {
    const snapshots = new MemoryStore();
    const [to, from] = await pair({ snapshots });
    from.transport.sendSnapshot(snapshot(), backendOf(Buffer.from("ab"), Buffer.from("cd")));
    await until(() => from.raft.snapshots.length > 0, "the report");
    assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "finish" }]);
    assert.deepEqual(from.raft.unreachable, []);
    assert.equal(snapshots.bytes.toString(), "abcd");
    assert.deepEqual(to.raft.messages.map(encodeMessage), [encodeMessage(snapshot())]);
  });

  it("sends the message alone without a backend", async () => {
    const [to, from] = await pair();
    from.transport.sendSnapshot(snapshot());
    await until(() => from.raft.snapshots.length > 0, "the report");
    assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "finish" }]);
    assert.equal(to.raft.messages.length, 1);
  });

  it("waits for a slow receiver without a warning of leaked listeners", async () => {
    const watch = collectWarnings();
    const snapshots = new MemoryStore();
    const [, from] = await pair({ snapshots });
    const chunk = Buffer.alloc(256 * 1024, "x");
    from.transport.sendSnapshot(snapshot(), backendOf(...Array.from({ length: 100 }, () => chunk)));
    await until(() => from.raft.snapshots.length > 0, "the report");
    await new Promise((resolve) => setImmediate(resolve));
    watch.stop();
    assert.deepEqual(watch.warnings, []);
    assert.equal(snapshots.bytes.length, 100 * chunk.length);
  });

  for (const [why, arrange] of Object.entries({
    "the receiver cannot save it": (to: PeerMember) => assert.ok(to),
    "raft there refuses it": (to: PeerMember) => {
      to.raft.onProcess = () => {
        throw new Error("no");
      };
    },
  })) {
    it(`reports failure when ${why}`, async () => {
      const snapshots = new MemoryStore();
      if (why.includes("save")) snapshots.broken.add("commit");
      const [to, from] = await pair({ snapshots });
      arrange(to);
      from.transport.sendSnapshot(snapshot(), backendOf(Buffer.from("x")));
      await until(() => from.raft.snapshots.length > 0, "the report");
      assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "failure" }]);
      assert.deepEqual(from.raft.unreachable, [1n]);
    });
  }

  it("reports failure when nobody listens", async () => {
    const from = await start({ id: 2n });
    from.transport.addRemote(1n, ["http://127.0.0.1:1"]);
    from.transport.sendSnapshot(snapshot(), backendOf(Buffer.from("x")));
    await until(() => from.raft.snapshots.length > 0, "the report");
    assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "failure" }]);
    assert.deepEqual(from.raft.unreachable, [1n]);
  });

  it("reports failure for a receiver that is not known", async () => {
    const from = await start({ id: 2n });
    from.transport.sendSnapshot(snapshot());
    assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "failure" }]);
  });

  it("reports failure when the backend cannot be read to its end, and the receiver keeps nothing", async () => {
    const snapshots = new MemoryStore();
    const [to, from] = await pair({ snapshots });
    from.transport.sendSnapshot(
      snapshot(),
      (async function* () {
        yield Buffer.from("ab");
        await until(() => snapshots.bytes.length > 0, "the first bytes to arrive");
        throw new Error("the file is damaged");
      })(),
    );
    await until(() => from.raft.snapshots.length > 0, "the report");
    assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "failure" }]);
    await until(() => snapshots.calls.includes("abort"), "the receiver to throw the file away");
    assert.deepEqual(to.raft.messages, []);
  });

  it("stops reading the backend once the receiver has refused", async () => {
    const [, from] = await pair();
    let released = false;
    from.transport.sendSnapshot(
      snapshot(),
      (async function* () {
        try {
          for (;;) {
            yield Buffer.alloc(64 * 1024);
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          released = true;
        }
      })(),
    );
    await until(() => from.raft.snapshots.length > 0, "the report");
    assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "failure" }]);
    await until(() => released, "the backend to be let go");
  });

  it("tells that this member was removed when the receiver answers 403", async () => {
    const requests: http.IncomingMessage[] = [];
    const server = http.createServer((request, response) => {
      requests.push(request);
      request.resume();
      response.writeHead(403);
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const from = await start({ id: 2n });
    from.transport.addRemote(1n, [`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`]);
    from.transport.sendSnapshot(snapshot());
    await until(() => from.removals.length > 0, "word of the removal");
    assert.equal(from.removals[0]?.code, "MemberRemoved");
    const [request] = requests;
    assert.equal(`${request?.method} ${request?.url}`, "POST /raft/snapshot");
    assert.equal(request?.headers["content-type"], "application/octet-stream");
    assert.equal(request?.headers["transfer-encoding"], "chunked");
    assert.equal(request?.headers["x-server-from"], "2");
    assert.deepEqual(from.raft.snapshots, [{ id: 1n, status: "failure" }]);
    server.closeAllConnections();
    server.close();
  });
});
