/** The owner's side of a writer thread. It fails at most once, and then it has ended. */
import { Worker } from "node:worker_threads";
import { unreachable } from "@quorate/base";
import { StorageError } from "../errors.ts";
import type { BackendReply, BackendRequest, BackendStats, BackendWriterInit } from "./backend-protocol.ts";
import type { Chunk } from "./change-log.ts";
import { lmdbFailure } from "./node-lmdb-file.ts";

export type Committed = BackendReply & { readonly kind: "committed" };

/** Whom an open writer reports to. */
export type WriterEvents = {
  readonly onCommitted: (reply: Committed) => void;
  readonly onFailure: (error: StorageError) => void;
};

export class WriterThread {
  /** Who is told. Another one may take the writer over. */
  events: WriterEvents;
  /** Figures of the file when it is open. Rejects where it cannot be opened. */
  readonly whenOpen: Promise<BackendStats>;
  /** Settles when the thread has let go of the file. Never rejects. */
  readonly whenClosed: Promise<void>;
  readonly #file: string;
  readonly #worker: Worker;
  #settleOpen: { resolve: (stats: BackendStats) => void; reject: (error: StorageError) => void } | undefined;
  #hasFailed = false;
  #isClosing = false;

  constructor(init: BackendWriterInit, events: WriterEvents) {
    this.events = events;
    this.#file = init.file;
    this.whenOpen = new Promise((resolve, reject) => {
      this.#settleOpen = { resolve, reject };
    });
    this.#worker = new Worker(new URL("./node-backend-worker-main.js", import.meta.url), { workerData: init });
    this.#worker.on("message", (reply: BackendReply) => this.#take(reply));
    this.#worker.on("error", (error) => this.#fail(lmdbFailure(init.file, "writing to", error)));
    this.whenClosed = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        const isEarly = !this.#isClosing || this.#settleOpen !== undefined;
        if (isEarly)
          this.#fail(new StorageError("Poisoned", `${init.file}: the backend's writer has ended`, { path: init.file }));
        resolve();
      });
    });
  }

  /** Writes these changes in one transaction. `onCommitted` follows, in order. */
  commit(chunks: Chunk[]): void {
    this.#ask(
      { kind: "commit", chunks },
      chunks.map(({ bytes }) => bytes.buffer),
    );
  }

  renamed(file: string): void {
    this.#ask({ kind: "renamed", file });
  }

  /** Finishes what was asked, and lets the file go. One that has failed has ended already, and does not hear it. */
  close(): Promise<void> {
    if (!this.#isClosing) this.#ask({ kind: "close" });
    this.#isClosing = true;
    return this.whenClosed;
  }

  #take(reply: BackendReply): void {
    switch (reply.kind) {
      case "opened":
        this.#settleOpen?.resolve(reply.stats);
        this.#settleOpen = undefined;
        return;
      case "committed":
        this.events.onCommitted(reply);
        return;
      case "failed":
        this.#fail(new StorageError(reply.code, reply.message, { path: this.#file }));
        return;
      case "closed":
        return;
      default:
        unreachable(reply);
    }
  }

  #fail(error: StorageError): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const open = this.#settleOpen;
    this.#settleOpen = undefined;
    if (open === undefined) this.events.onFailure(error);
    else open.reject(error);
  }

  #ask(request: BackendRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }
}
