/**
 * The backend's writer thread: takes batches in order, answers each when it is durable, and stops at the first failure. It may start
 * with a copy of another backend, whose writer it is going to follow.
 */
import { dirname } from "node:path";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert, BUCKETS, unreachable } from "@quorate/base";
import { StorageError } from "../errors.ts";
import { checkRoomFor } from "../node-disk-room.ts";
import type { BackendReply, BackendRequest, BackendWriterInit } from "./backend-protocol.ts";
import { fetches } from "./image-content.ts";
import { BackendFiller } from "./node-backend-filler.ts";
import { BackendWriter } from "./node-backend-writer.ts";
import { lmdbFailure } from "./node-lmdb-file.ts";
import { LmdbReader } from "./node-lmdb-reader.ts";
import { inSlices } from "./node-slices.ts";

const MS = 1_000;

class WriterMain {
  readonly #port: MessagePort;
  #file: string;
  #writer: BackendWriter | undefined;
  #isClosing = false;

  constructor(port: MessagePort, file: string) {
    this.#port = port;
    this.#file = file;
    port.on("message", (request: BackendRequest) => this.#take(request));
  }

  async open({ file, mapSizeBytes, copyOf }: BackendWriterInit): Promise<void> {
    try {
      this.#writer =
        copyOf === undefined
          ? await BackendWriter.open(file, mapSizeBytes)
          : await copyBackend(file, copyOf, mapSizeBytes, () => this.#isClosing);
    } catch (error) {
      this.#fail(copyOf === undefined ? "opening" : "copying to", error);
      return;
    }
    if (this.#isClosing) this.#close(this.#writer);
    else this.#reply({ kind: "opened", stats: this.#writer.stats });
  }

  #take(request: BackendRequest): void {
    const writer = this.#writer;
    if (request.kind === "close") {
      this.#isClosing = true;
      if (writer !== undefined) this.#close(writer);
      return;
    }
    assert(writer !== undefined, "nothing else is asked of a writer before it is open");
    switch (request.kind) {
      case "commit":
        this.#commit(writer, request);
        return;
      case "renamed":
        this.#file = request.file;
        writer.renamed(request.file);
        return;
      default:
        unreachable(request);
    }
  }

  #commit(writer: BackendWriter, { chunks }: BackendRequest & { readonly kind: "commit" }): void {
    const startedMs = performance.now();
    try {
      writer.commit(chunks);
    } catch (error) {
      this.#fail("a commit to", error);
      return;
    }
    this.#reply(
      { kind: "committed", chunks, stats: writer.stats, seconds: (performance.now() - startedMs) / MS },
      chunks.map(({ bytes }) => bytes.buffer),
    );
  }

  #close(writer: BackendWriter): void {
    writer.close().then(
      () => {
        this.#reply({ kind: "closed" });
        this.#port.close();
      },
      (error: unknown) => this.#fail("closing", error),
    );
  }

  #fail(doing: string, error: unknown): void {
    const { code, message } = lmdbFailure(this.#file, doing, error);
    this.#reply({ kind: "failed", code, message });
    this.#port.close();
  }

  #reply(message: BackendReply, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

/** Makes `file` with the rows that `from` has now; every row is checked on the way. */
async function copyBackend(
  file: string,
  from: { readonly file: string; readonly sizeInUseBytes: number },
  mapSizeBytes: number,
  isStopped: () => boolean,
): Promise<BackendWriter> {
  checkRoomFor(from.sizeInUseBytes, dirname(file));
  const source = new LmdbReader(from.file, mapSizeBytes);
  const transaction = source.pin();
  let filler: BackendFiller | undefined;
  try {
    filler = await BackendFiller.create(file, mapSizeBytes);
    const done = await inSlices(copyRows(source, transaction, filler), isStopped);
    if (done === undefined) throw new StorageError("Aborted", `${file}: the copy is given up`, { path: file });
    return filler.writer;
  } catch (error) {
    await filler?.discard();
    throw error;
  } finally {
    source.unpin(transaction);
    await source.close();
  }
}

function* copyRows(
  source: LmdbReader,
  transaction: ReturnType<LmdbReader["pin"]>,
  filler: BackendFiller,
): Generator<void, true, void> {
  const reader = source.at(transaction);
  for (const bucket of BUCKETS) {
    for (const rows of fetches(reader, bucket)) {
      for (const { key, value } of rows) filler.put(bucket, key, value);
      yield;
    }
  }
  filler.flush();
  return true;
}

assert(parentPort !== null, "this file runs as a worker");
const init = workerData as BackendWriterInit;
void new WriterMain(parentPort, init.file).open(init);
