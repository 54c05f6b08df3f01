/** A backup on its way to a client: the backend's image in pieces, and behind it the SHA-256 of all of them. */
import type { ServerCall } from "@quorate/grpc";
import { newSnapshotResponse, type SnapshotRequest, type SnapshotResponse } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";

/** etcd's: clients count on it for their progress bars only. */
const PIECE_BYTES = 32 * 1024;
/** What may wait for the client before the backend is read on. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** A sum that is fed in pieces. */
export interface Digest {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

export type SnapshotCall = ServerCall<SnapshotRequest, SnapshotResponse>;

/**
 * Sends the whole image, at the client's pace. @param version the version of the storage, "" for a server that tells none.
 * @throws what the backend throws.
 */
export async function sendSnapshot(
  call: SnapshotCall,
  server: EtcdServer,
  { sum, version }: { readonly sum: Digest; readonly version: string },
): Promise<void> {
  const room = new Room(call);
  const image = await server.exportImage();
  let remaining = image.byteLength;
  for await (const chunk of image.chunks) {
    for (let at = 0; at < chunk.length && !call.isFinished; at += PIECE_BYTES) {
      const blob = chunk.subarray(at, at + PIECE_BYTES);
      remaining -= blob.length;
      sum.update(blob);
      call.write(newSnapshotResponse({ remainingBytes: remaining, blob, version }));
      if (call.queuedBytes >= MAX_WAITING_BYTES) await room.wait();
    }
    if (call.isFinished) return;
  }
  call.write(newSnapshotResponse({ remainingBytes: 0, blob: sum.digest(), version }));
  call.end();
}

/** Waits for the client to take what was written, or to go. */
class Room {
  readonly #call: SnapshotCall;
  #go: (() => void) | undefined = undefined;

  constructor(call: SnapshotCall) {
    this.#call = call;
    const go = (): void => {
      this.#go?.();
      this.#go = undefined;
    };
    call.onDrain = go;
    call.onCancel = go;
  }

  wait(): Promise<void> {
    if (this.#call.isFinished) return Promise.resolve();
    return new Promise((resolve) => {
      this.#go = resolve;
    });
  }
}
