/** Which of etcd's timeouts it was: what a client is told of a proposal that came to nothing in time (etcd: parseProposeCtxErr). */
import { NONE } from "@quorate/raft";
import type { FailureCode } from "./errors.ts";

export type TimeoutView = {
  /** This member. */
  readonly id: bigint;
  readonly lead: bigint;
  readonly leadElectedMs: number;
  readonly electionMs: number;
  readonly members: Iterable<bigint>;
  /** When the connection to a peer came up; undefined while there is none. */
  readonly activeSince: (id: bigint) => number | undefined;
};

export function timeoutCode(startedMs: number, view: TimeoutView): FailureCode {
  const { id, lead, leadElectedMs, electionMs, members, activeSince } = view;
  if (startedMs > leadElectedMs - 2 * electionMs && startedMs < leadElectedMs) return "TimeoutDueToLeaderFail";
  if (lead === NONE) return "Timeout";
  const wasConnected = (other: bigint): boolean => {
    const since = activeSince(other);
    return other === id || (since !== undefined && since < startedMs);
  };
  if (lead !== id) return wasConnected(lead) ? "Timeout" : "TimeoutDueToConnectionLost";
  const all = [...members];
  return all.filter(wasConnected).length > all.length / 2 ? "Timeout" : "TimeoutDueToConnectionLost";
}
