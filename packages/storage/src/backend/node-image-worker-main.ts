/**
 * Reads a whole backend on a thread of its own: the bbolt image, or the hash. Both passes see the view that was taken first. A chunk is made
 * only when it is pulled, so what is held is bounded by what was asked for.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert, type BackendReader, unreachable } from "@quorate/base";
import { encodeImage } from "../bbolt/writer.ts";
import { contentOf, hashContent, planContent } from "./image-content.ts";
import type { ImageJobInit, ImageReply, ImageRequest } from "./image-protocol.ts";
import { appliedOf, CONF_STATE_KEY } from "./meta-rows.ts";
import { lmdbFailure, unusable } from "./node-lmdb-file.ts";
import { LmdbReader } from "./node-lmdb-reader.ts";
import { inSlices } from "./node-slices.ts";

async function main(port: MessagePort, { file, mapSizeBytes, work }: ImageJobInit): Promise<void> {
  const reply = (message: ImageReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const requests = new Requests(port);
  try {
    const lmdb = new LmdbReader(file, mapSizeBytes);
    const transaction = lmdb.pin();
    try {
      const reader = lmdb.at(transaction);
      const applied = appliedOf(reader);
      if (applied === undefined) throw unusable(file, "its applied position is no number");
      reply({ kind: "pinned", applied, confState: reader.get("meta", CONF_STATE_KEY)?.slice() });
      if (work === "hash") await sendHash(reader, requests, reply);
      else await sendImage(reader, requests, reply);
    } finally {
      lmdb.unpin(transaction);
      await lmdb.close();
    }
  } catch (error) {
    const { code, message } = lmdbFailure(file, "reading", error);
    reply({ kind: "failed", code, message });
  }
  port.close();
}

async function sendHash(
  reader: BackendReader,
  requests: Requests,
  reply: (message: ImageReply) => void,
): Promise<void> {
  const hash = await inSlices(hashContent(reader), () => requests.isStopped);
  if (hash !== undefined) reply({ kind: "hash", hash });
}

async function sendImage(
  reader: BackendReader,
  requests: Requests,
  reply: (message: ImageReply, transfer?: ArrayBuffer[]) => void,
): Promise<void> {
  const plan = await inSlices(planContent(reader), () => requests.isStopped);
  if (plan === undefined) return;
  reply({ kind: "planned", byteLength: plan.byteLength });
  for (const chunk of encodeImage(plan, contentOf(reader))) {
    if (!(await requests.next())) return;
    const { buffer } = chunk;
    assert(buffer instanceof ArrayBuffer, "a chunk has memory of its own");
    reply({ kind: "chunk", bytes: new Uint8Array(buffer, chunk.byteOffset, chunk.length) }, [buffer]);
  }
  reply({ kind: "end" });
}

/** What the owner wants, in order. */
class Requests {
  isStopped = false;
  #pulls = 0;
  #wake: (() => void) | undefined;

  constructor(port: MessagePort) {
    port.on("message", (request: ImageRequest) => {
      switch (request.kind) {
        case "pull":
          this.#pulls++;
          break;
        case "stop":
          this.isStopped = true;
          break;
        default:
          unreachable(request);
      }
      this.#wake?.();
    });
  }

  /** Waits until a chunk is wanted; false when none will be. */
  async next(): Promise<boolean> {
    while (this.#pulls === 0 && !this.isStopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#pulls--;
    return !this.isStopped;
  }
}

assert(parentPort !== null, "this file runs as a worker");
void main(parentPort, workerData as ImageJobInit);
