/**
 * RangeStream: a range in pieces, all at the revision of the first. Only one piece is in the hands of a call at a time: the next is read
 * when the client has taken the one before.
 */
import { bytesFromLatin1, concatBytes } from "@quorate/base";
import type { ServerCall } from "@quorate/grpc";
import { checkRange, failureCode, type RangeOutcome, readRange } from "@quorate/machine";
import { decodeKeyValue, type RangeRequest, SortOrder, SortTarget } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import type { KvEncoder } from "./kv-encoding.ts";
import { failCall, type ServiceErrorCode } from "./statuses.ts";

/** Keys of the first piece. */
const FIRST_KEYS = 10;
const NUL: Uint8Array = bytesFromLatin1("\0");

type StreamCall = ServerCall<RangeRequest, Uint8Array>;

/** Where a stream stands. */
type Progress = {
  readonly request: RangeRequest;
  /** Where the next piece begins. */
  key: Uint8Array;
  /** Keys that the limit still allows. */
  left: number;
  /** Keys that the next piece asks for. */
  ask: number;
  /** What the first piece found: the revision that all are read at, and all keys of the interval. */
  first: RangeOutcome | undefined;
};

export class RangeStreams {
  readonly #server: EtcdServer;
  readonly #encoder: KvEncoder;

  constructor(server: EtcdServer, encoder: KvEncoder) {
    this.#server = server;
    this.#encoder = encoder;
  }

  serve(request: RangeRequest, call: StreamCall): void {
    const code = refusal(request);
    if (code !== undefined) return failCall(call, code);
    call.onCancel = () => {};
    const left = request.limit > 0 ? request.limit : Number.POSITIVE_INFINITY;
    const progress: Progress = { request, key: request.key, left, ask: FIRST_KEYS, first: undefined };
    call.onDrain = () => this.#send(progress, call);
    if (request.serializable) return this.#send(progress, call);
    this.#server.confirmRead((failure) => {
      if (failure !== undefined) failCall(call, failure);
      else this.#send(progress, call);
    });
  }

  /** Sends pieces until the client has enough for now. */
  #send(progress: Progress, call: StreamCall): void {
    while (!call.isFinished) {
      let piece: RangeOutcome;
      try {
        piece = this.#read(progress);
      } catch (error) {
        const code = failureCode(error);
        if (code === undefined) throw error;
        return failCall(call, code);
      }
      const { first = piece, request, left } = progress;
      if (request.countOnly || !piece.more || left === 0) {
        call.write(this.#encoder.streamEnd({ ...piece, revision: first.revision, count: first.count }));
        return call.end();
      }
      if (!call.write(this.#encoder.streamPiece(piece.rows))) return;
    }
  }

  /** Reads the next piece and moves on behind it. @throws MvccError `Compacted`, `FutureRev`. */
  #read(progress: Progress): RangeOutcome {
    const { request, first, key } = progress;
    const revision = first === undefined || request.revision > 0 ? request.revision : first.revision;
    const limit = Math.min(progress.ask, progress.left);
    const uncounted = first !== undefined;
    const piece = readRange(this.#server.machine.parts.store, { ...request, key, revision, limit, uncounted });
    progress.first ??= piece;
    const { rows } = piece;
    progress.left -= rows.length;
    progress.ask = nextAsk(progress.ask, byteLength(rows), this.#server.limits.maxRequestBytes);
    const last = rows.at(-1);
    if (last !== undefined) progress.key = concatBytes([decodeKeyValue(last).key, NUL]);
    return piece;
  }
}

/** What stands against a request; checks of its revision come with the first piece. */
function refusal(request: RangeRequest): ServiceErrorCode | undefined {
  try {
    checkRange(request);
  } catch (error) {
    const code = failureCode(error);
    if (code === undefined) throw error;
    return code;
  }
  const { sortOrder, sortTarget } = request;
  const isKeyOrder = sortTarget === SortTarget.KEY && sortOrder !== SortOrder.DESCEND;
  if (!isKeyOrder) return "RangeStreamSort";
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  const bounds = [minModRevision, maxModRevision, minCreateRevision, maxCreateRevision];
  return bounds.every((bound) => bound === 0) ? undefined : "RangeStreamFilter";
}

/** Pieces grow while they are small beside a request and shrink when they are large. */
function nextAsk(ask: number, bytes: number, maxRequestBytes: number): number {
  if (bytes < maxRequestBytes / 2) return ask * 2;
  return bytes > maxRequestBytes * 2 ? Math.max(1, Math.floor(ask / 2)) : ask;
}

function byteLength(rows: readonly Uint8Array[]): number {
  let length = 0;
  for (let i = 0; i < rows.length; i++) length += rows[i]!.length;
  return length;
}
