/**
 * The owner's side of a thread that reads a backend through. Chunks are pulled: as many as the window holds are under way, however slow
 * the consumer.
 */
import { Worker } from "node:worker_threads";
import { assert, RingQueue, unreachable } from "@quorate/base";
import { StorageError } from "../errors.ts";
import type { ImageExport, ImageJobInit, ImageReply, ImageRequest } from "./image-protocol.ts";
import { lmdbFailure } from "./node-lmdb-file.ts";

/** Chunks made ahead of the consumer: 512 KiB where values are small. */
const WINDOW = 8;

/** An image that nobody takes a chunk of for this long is given up: it keeps pages of the file from being used again. */
const MAX_IDLE_MS = 120_000;

type Pinned = ImageReply & { readonly kind: "pinned" };

export class ImageJob {
  readonly #file: string;
  readonly #worker: Worker;
  readonly #chunks = new RingQueue<Uint8Array>(WINDOW);
  /** Settles when the thread has let go of the file. Never rejects. */
  readonly whenEnded: Promise<void>;
  #pinned: Pinned | undefined;
  #byteLength: number | undefined;
  #hash: number | undefined;
  #isWhole = false;
  #failure: StorageError | undefined;
  #hasEnded = false;
  /** Runs while it is the consumer's turn. */
  #idleTimer: NodeJS.Timeout | undefined;
  readonly #maxIdleMs: number;
  /** Who waits for the next reply. One at a time, the view aside. */
  #wake: (() => void) | undefined;
  #wakePinned: (() => void) | undefined;

  constructor(init: ImageJobInit, maxIdleMs: number = MAX_IDLE_MS) {
    this.#file = init.file;
    this.#maxIdleMs = maxIdleMs;
    this.#worker = new Worker(new URL("./node-image-worker-main.js", import.meta.url), { workerData: init });
    this.#worker.on("message", (reply: ImageReply) => this.#take(reply));
    this.#worker.on("error", (error) => this.#fail(lmdbFailure(init.file, "reading", error)));
    this.whenEnded = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#hasEnded = true;
        clearTimeout(this.#idleTimer);
        resolve();
        this.#notify();
      });
    });
  }

  /** Settles when the view is taken, or cannot be. Never rejects. */
  async pinned(): Promise<void> {
    if (this.#pinned !== undefined || this.#hasEnded || this.#failure !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#wakePinned = resolve;
    });
  }

  /** The image, once its size is known. @throws StorageError */
  async image(): Promise<ImageExport> {
    await this.#until(() => this.#byteLength !== undefined);
    const { applied, confState } = this.#view;
    for (let i = 0; i < WINDOW; i++) this.#ask({ kind: "pull" });
    const reason = `nobody took a piece of the image for ${this.#maxIdleMs / 1000} s`;
    this.#idleTimer = setTimeout(
      () => this.stop(new StorageError("SnapshotExpired", `${this.#file}: ${reason}`, this.#where)),
      this.#maxIdleMs,
    ).unref();
    const chunks = this.#iterate();
    return { applied, confState, byteLength: this.#byteLength!, chunks, close: () => this.close() };
  }

  /** The hash, and the view that it is of. @throws StorageError */
  async hash(): Promise<{ readonly hash: number; readonly applied: Pinned["applied"] }> {
    await this.#until(() => this.#hash !== undefined);
    return { hash: this.#hash!, applied: this.#view.applied };
  }

  /** Ends it early; whoever waits is told why. */
  stop(reason: StorageError): void {
    if (this.#hasEnded) return;
    this.#failure ??= reason;
    this.#ask({ kind: "stop" });
    this.#notify();
  }

  /** Ends it, and waits until the thread has let go of the file. */
  async close(): Promise<void> {
    this.stop(new StorageError("Poisoned", `${this.#file}: the image is closed`, this.#where));
    await this.whenEnded;
  }

  async *#iterate(): AsyncGenerator<Uint8Array, void, void> {
    let sent = 0;
    try {
      for (;;) {
        await this.#until(() => this.#chunks.length > 0 || this.#isWhole);
        const chunk = this.#chunks.shift();
        if (chunk === undefined) break;
        this.#ask({ kind: "pull" });
        if (!this.#hasEnded) this.#idleTimer?.refresh();
        sent += chunk.length;
        yield chunk;
      }
      assert(sent === this.#byteLength, "an image is as long as its plan");
    } finally {
      await this.close();
    }
  }

  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#hasEnded)
        throw new StorageError("IoFailed", `${this.#file}: the thread that read it has ended`, this.#where);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #take(reply: ImageReply): void {
    switch (reply.kind) {
      case "pinned":
        this.#pinned = reply;
        break;
      case "planned":
        this.#byteLength = reply.byteLength;
        break;
      case "chunk":
        assert(this.#chunks.push(reply.bytes), "no more chunks come than were pulled");
        break;
      case "end":
        this.#isWhole = true;
        break;
      case "hash":
        this.#hash = reply.hash;
        break;
      case "failed":
        this.#fail(new StorageError(reply.code, reply.message, this.#where));
        return;
      default:
        unreachable(reply);
    }
    this.#notify();
  }

  #fail(error: StorageError): void {
    this.#failure ??= error;
    this.#notify();
  }

  #notify(): void {
    this.#wakePinned?.();
    this.#wake?.();
  }

  #ask(request: ImageRequest): void {
    this.#worker.postMessage(request);
  }

  get #view(): Pinned {
    assert(this.#pinned !== undefined, "the view is taken before anything is read from it");
    return this.#pinned;
  }

  get #where(): { readonly path: string } {
    return { path: this.#file };
  }
}
