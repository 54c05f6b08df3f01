/** The backend's writer thread: takes batches in order, answers each when it is durable, and stops at the first failure. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert, unreachable } from "@quorate/base";
import type { BackendReply, BackendRequest, BackendWriterInit } from "./backend-protocol.ts";
import { BackendWriter } from "./node-backend-writer.ts";
import { lmdbFailure } from "./node-lmdb-file.ts";

async function main(port: MessagePort, { file, mapSizeBytes }: BackendWriterInit): Promise<void> {
  const reply = (message: BackendReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const fail = (doing: string, error: unknown): void => {
    const { code, message } = lmdbFailure(file, doing, error);
    reply({ kind: "failed", code, message });
    port.close();
  };
  let writer: BackendWriter;
  try {
    writer = await BackendWriter.open(file, mapSizeBytes);
  } catch (error) {
    fail("opening", error);
    return;
  }
  port.on("message", (request: BackendRequest) => {
    switch (request.kind) {
      case "commit":
        try {
          writer.commit(request.chunks);
        } catch (error) {
          fail("a commit to", error);
          return;
        }
        reply(
          { kind: "committed", chunks: request.chunks, stats: writer.stats },
          request.chunks.map(({ bytes }) => bytes.buffer),
        );
        return;
      case "close":
        writer.close().then(
          () => {
            reply({ kind: "closed" });
            port.close();
          },
          (error: unknown) => fail("closing", error),
        );
        return;
      default:
        unreachable(request);
    }
  });
  reply({ kind: "opened", stats: writer.stats });
}

assert(parentPort !== null, "this file runs as a worker");
void main(parentPort, workerData as BackendWriterInit);
