/** What a server's connection carries on a stream: a gRPC call, or a plain HTTP request where those are served too. */
import type { HeaderField } from "./hpack/header-field.ts";
import type { ErrorCode } from "./http2/frame.ts";

export interface Exchange {
  /** Payload [start, end) of a DATA frame. */
  onData(bytes: Uint8Array, start: number, end: number, isEnd: boolean): void;
  /** The request ended in trailers. */
  onTrailers(fields: readonly HeaderField[]): void;
  onReset(code: ErrorCode, isByPeer: boolean): void;
  onDrained(): void;
  /** Coarse time passes. */
  onTick(nowMs: number): void;
}
