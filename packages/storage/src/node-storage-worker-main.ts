/**
 * The storage thread: it alone touches the files of a member. It sleeps on a shared signal instead of in an event loop, so that a
 * request costs one wake-up, and takes everything that is queued at once: appends that wait together share one sync. Snapshots are written
 * in pieces, one piece at the most between two batches of appends.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { assert, hasCode, type Logger, messageOf } from "@quorate/base";
import { decodeSnapshot, type Snapshot } from "@quorate/proto";
import { StorageError, type StorageErrorCode } from "./errors.ts";
import { MemberStorage } from "./member-storage.ts";
import { createNodeDisk } from "./node-disk.ts";
import type { DiskTimes, StorageReply, StorageRequest, StorageThreadInit } from "./storage-protocol.ts";

const MS = 1_000;

function main(port: MessagePort, init: StorageThreadInit): void {
  const reply = (message: StorageReply): void => port.postMessage(message);
  try {
    const storage = new MemberStorage(createNodeDisk(), { ...init, logger: portLogger(reply) });
    reply({ kind: "opened", restored: storage.restored });
    serve(port, init.signal, storage, reply);
  } catch (error) {
    reply({ kind: "failed", message: messageOf(error), code: codeOf(error), path: init.dir.root });
  }
  port.close();
}

function serve(
  port: MessagePort,
  signal: Int32Array<SharedArrayBuffer>,
  storage: MemberStorage,
  reply: (message: StorageReply) => void,
): void {
  const snapshots = new SnapshotSaves(storage, reply);
  let hasIdleWork = true;
  for (;;) {
    const seen = Atomics.load(signal, 0);
    const requests = drain(port);
    if (requests.length > 0) {
      const { id, closing, times } = perform(storage, snapshots, requests);
      reply({ kind: "done", id, stats: { ...storage.stats }, times });
      if (closing) return;
      hasIdleWork = true;
    }
    if (snapshots.step() || requests.length > 0) continue;
    if (hasIdleWork) hasIdleWork = storage.idle();
    else Atomics.wait(signal, 0, seen);
  }
}

/** Snapshots that are being written, one after the other. */
class SnapshotSaves {
  readonly #storage: MemberStorage;
  readonly #reply: (message: StorageReply) => void;
  readonly #waiting: { readonly id: number; readonly step: () => boolean; readonly sinceMs: number }[] = [];

  constructor(storage: MemberStorage, reply: (message: StorageReply) => void) {
    this.#storage = storage;
    this.#reply = reply;
  }

  begin(id: number, snapshot: Snapshot): void {
    this.#waiting.push({ id, step: this.#storage.beginSnapshot(snapshot), sinceMs: performance.now() });
  }

  /** Does a piece of the oldest; true if there was one. */
  step(): boolean {
    const first = this.#waiting[0];
    if (first === undefined) return false;
    if (first.step()) return true;
    this.#waiting.shift();
    const seconds = secondsSince(first.sinceMs);
    this.#reply({ kind: "snapshotSaved", id: first.id, stats: { ...this.#storage.stats }, seconds });
    return true;
  }

  finish(): void {
    while (this.step());
  }
}

/** Does the requests in order, with one sync behind a run of appends. What is asked after a close is not done. @returns the last one done. */
function perform(
  storage: MemberStorage,
  snapshots: SnapshotSaves,
  requests: readonly StorageRequest[],
): { id: number; closing: boolean; times: DiskTimes } {
  const times: { write: number | undefined; sync: number | undefined } = { write: undefined, sync: undefined };
  let mustSync = false;
  let id = 0;
  const syncAppends = (): void => {
    if (mustSync) times.sync = (times.sync ?? 0) + timed(() => storage.sync());
    mustSync = false;
  };
  for (const request of requests) {
    id = request.id;
    if (request.kind === "append") {
      times.write = (times.write ?? 0) + timed(() => storage.append({ ...request.batch, mustSync: false }));
      mustSync ||= request.batch.mustSync;
      continue;
    }
    syncAppends();
    switch (request.kind) {
      case "saveSnapshot":
        snapshots.begin(id, { ...decodeSnapshot(request.snapshot), data: request.data });
        break;
      case "release":
        storage.release(request.index);
        break;
      case "close":
        snapshots.finish();
        storage.close();
        return { id, closing: true, times };
    }
  }
  syncAppends();
  return { id, closing: false, times };
}

function drain(port: MessagePort): StorageRequest[] {
  const requests: StorageRequest[] = [];
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: StorageRequest } | undefined;
    if (received === undefined) return requests;
    requests.push(received.message);
  }
}

/** How long a piece of work took, in seconds. */
function timed(work: () => void): number {
  const startedMs = performance.now();
  work();
  return secondsSince(startedMs);
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / MS;
}

function portLogger(reply: (message: StorageReply) => void): Logger {
  const at = (level: "debug" | "info" | "warn" | "error") => (line: string) => reply({ kind: "log", level, line });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function codeOf(error: unknown): StorageErrorCode {
  return error instanceof StorageError ? error.code : hasCode(error, "Poisoned") ? "Poisoned" : "IoFailed";
}

assert(parentPort !== null, "this file runs as a worker");
main(parentPort, workerData as StorageThreadInit);
