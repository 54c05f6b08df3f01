/**
 * Trace points over `node:diagnostics_channel`: whoever subscribes to the channel sees every step of a write; while nobody
 * does, a trace point costs one property read. The steps and their numbers are in write-path.ts.
 */
import { channel } from "node:diagnostics_channel";
import type { TraceFields, TracePoints } from "@quorate/base";

/** The channel's name. */
export const WRITE_PATH_CHANNEL = "quorate:write-path";

/** What a subscriber receives. */
export type TraceRecord = TraceFields & { readonly name: string; readonly member: bigint; readonly atMs: number };

/** Trace points that publish on the channel. */
export function createTracePoints(): TracePoints {
  const writePath = channel(WRITE_PATH_CHANNEL);
  return {
    get active(): boolean {
      return writePath.hasSubscribers;
    },
    emit(name, member, fields): void {
      const record: TraceRecord = { ...fields, name, member, atMs: performance.now() };
      writePath.publish(record);
    },
  };
}
