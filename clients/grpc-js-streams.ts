/** Checks of streams: watches, keep-alives, snapshots, and the ways in which a stream ends. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type ClientDuplexStream, type ClientReadableStream, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { Checks } from "./checks.ts";
import { bytes, withoutIdentities } from "./grpc-js-calls.ts";
import type { Ending, GrpcJs, Message } from "./grpc-js-client.ts";

const SHA256_BYTES = 32;
const SHORT_MS = 300;

export const STREAMS: Checks<GrpcJs> = {
  "watchers on one stream see their own events": async (client) => {
    const watch = new Reader(client.bidi("Watch/Watch"));
    watch.write({ create_request: { key: bytes("w/a"), prev_kv: true } });
    watch.write({ create_request: { key: bytes("w/"), range_end: bytes("w0"), watch_id: "7", filters: ["NODELETE"] } });
    const created = [await watch.next(), await watch.next()];
    await client.call("KV/Put", { key: bytes("w/a"), value: bytes("1") });
    const first = [await watch.next(), await watch.next()];
    await client.call("KV/DeleteRange", { key: bytes("w/a") });
    const second = [await watch.next()];
    watch.write({ cancel_request: { watch_id: "7" } });
    const cancelled = await watch.next();
    watch.cancel();
    const byWatcher = (a: Message, b: Message): number => Number(a["watch_id"]) - Number(b["watch_id"]);
    const all = [...created, ...first.sort(byWatcher), ...second, cancelled].map(withoutIdentities);
    return [all, (await watch.ended()).code];
  },
  "a watcher hears of history, then of progress": async (client) => {
    const { header } = await client.call("KV/Put", { key: bytes("past"), value: bytes("1") });
    const start = (header as Message)["revision"];
    const watch = new Reader(client.bidi("Watch/Watch"));
    watch.write({ create_request: { key: bytes("past"), start_revision: start } });
    const [created, history] = [await watch.next(), await watch.next()];
    let progress: Message | undefined;
    // A request for progress may come too early for an answer.
    while (progress === undefined) {
      watch.write({ progress_request: {} });
      progress = await watch.nextWithin(SHORT_MS);
    }
    watch.cancel();
    return [created, history, progress].map(withoutIdentities);
  },
  "watchers that cannot be": async (client) => {
    await client.call("KV/Put", { key: bytes("c"), value: bytes("1") });
    const { header } = await client.call("KV/Put", { key: bytes("c"), value: bytes("2") });
    await client.call("KV/Compact", { revision: (header as Message)["revision"], physical: true });
    const watch = new Reader(client.bidi("Watch/Watch"));
    watch.write({ create_request: { key: bytes("c"), start_revision: "1" } });
    const compacted = [await watch.next(), await watch.next()];
    watch.write({ create_request: { key: bytes("z"), range_end: bytes("a") } });
    const empty = await watch.next();
    watch.write({ create_request: { key: bytes("c"), start_revision: "-1" } });
    const negative = await watch.next();
    watch.write({ create_request: { key: bytes("c"), watch_id: "9" } });
    watch.write({ create_request: { key: bytes("c"), watch_id: "9" } });
    const twice = [await watch.next(), await watch.next()];
    watch.cancel();
    return [...compacted, empty, negative, ...twice].map(withoutIdentities);
  },
  "a watch whose client has no more to say goes on": async (client) => {
    const watch = new Reader(client.bidi("Watch/Watch"));
    watch.write({ create_request: { key: bytes("half") } });
    await watch.next();
    watch.end();
    await client.call("KV/Put", { key: bytes("half"), value: bytes("1") });
    const { events } = await watch.next();
    watch.cancel();
    return events;
  },
  "a watch that asks for a leader, with a deadline": async (client) => {
    const metadata = new Metadata();
    metadata.set("hasleader", "true");
    const watch = new Reader(client.bidi("Watch/Watch", { metadata, deadlineMs: SHORT_MS }));
    watch.write({ create_request: { key: bytes("leader") } });
    const { created } = await watch.next();
    const { code } = await watch.ended();
    assert.equal(created, true);
    // Whichever comes first: the client's own clock, or the server, which calls that a cancellation.
    assert(code === status.DEADLINE_EXCEEDED || code === status.CANCELLED);
  },
  "keep-alives are answered one by one, and end with the client": async (client) => {
    await client.call("Lease/LeaseGrant", { ID: "601", TTL: "100" });
    const stream = new Reader(client.bidi("Lease/LeaseKeepAlive"));
    stream.write({ ID: "601" });
    stream.write({ ID: "602" });
    stream.write({ ID: "601" });
    const answers = [await stream.next(), await stream.next(), await stream.next()];
    stream.end();
    return [answers.map(withoutIdentities), await stream.ended()];
  },
  "a snapshot is whole": async (client) => {
    await client.call("KV/Put", { key: bytes("snapshot"), value: Buffer.alloc(1_000_000, 7) });
    const stream = new Reader(client.download("Maintenance/Snapshot", {}));
    const { code } = await stream.ended();
    const parts = stream.all.map((message) => message["blob"] as Buffer);
    const left = stream.all.map((message) => Number(message["remaining_bytes"]));
    const image = Buffer.concat(parts.slice(0, -1));
    assert.equal(code, status.OK);
    assert.equal(parts.at(-1)?.length, SHA256_BYTES);
    assert.deepEqual(createHash("sha256").update(image).digest(), parts.at(-1));
    left.slice(0, -1).forEach((bytesLeft, i) => {
      const sent = parts.slice(0, i + 1).reduce((sum, part) => sum + part.length, 0);
      assert.equal(bytesLeft, image.length - sent);
    });
  },
  "health is watched": async (client) => {
    const stream = new Reader(client.download("Health/Watch", {}));
    const first = await stream.next();
    stream.cancel();
    return [first, (await stream.ended()).code];
  },
};

/** Reads a stream message by message, and knows how it ended. */
class Reader {
  readonly #stream: ClientDuplexStream<object, Message> | ClientReadableStream<Message>;
  /** Everything that came. */
  readonly all: Message[] = [];
  #read = 0;
  #ending: Ending | undefined;
  #wake: () => void = () => {};

  constructor(stream: ClientDuplexStream<object, Message> | ClientReadableStream<Message>) {
    this.#stream = stream;
    stream.on("data", (message: Message) => {
      this.all.push(message);
      this.#wake();
    });
    // The status says the same.
    stream.on("error", (_: ServiceError) => {});
    stream.on("status", ({ code, details }: Ending) => {
      this.#ending = { code, details };
      this.#wake();
    });
  }

  write(message: Message): void {
    if ("write" in this.#stream) this.#stream.write(message);
  }

  end(): void {
    if ("end" in this.#stream) this.#stream.end();
  }

  cancel(): void {
    this.#stream.cancel();
  }

  async next(): Promise<Message> {
    while (this.all.length === this.#read) {
      if (this.#ending !== undefined) throw new Error(`the stream ended: ${this.#ending.code} ${this.#ending.details}`);
      await this.#change();
    }
    return this.all[this.#read++]!;
  }

  /** The next message, if it comes soon. */
  async nextWithin(ms: number): Promise<Message | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    if (this.all.length === this.#read) await Promise.race([this.#change(), late]);
    clearTimeout(timer);
    return this.all.length === this.#read ? undefined : this.all[this.#read++];
  }

  async ended(): Promise<Ending> {
    while (this.#ending === undefined) await this.#change();
    return this.#ending;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
