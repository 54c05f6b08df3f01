/**
 * What stands between a call and its service, whatever the service is: what a learner serves, clients that want a leader or nothing,
 * and the client's word on its own version. It looks at metadata only, never at what is asked.
 */
import { bytesFromLatin1 } from "@quorate/base";
import type { Metadata, ServerCall } from "@quorate/grpc";
import { decodeUtf8 } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import { failCall } from "./statuses.ts";

/** Polls without a leader, one election timeout apart, after which streams that want one are cancelled. */
const MAX_POLLS_WITHOUT_LEADER = 3;
/** The sweep of ended streams begins with so many. */
const LEAST_SWEEP = 64;
const UNKNOWN_VERSION = "unknown";

/** Whether this member takes part without a vote. */
export function isLearner({ machine, memberId }: EtcdServer): boolean {
  return machine.parts.cluster.members.get(memberId)?.isLearner ?? false;
}

/** Whether the client wants to hear nothing from a member without a leader. */
export function wantsLeader(metadata: Metadata): boolean {
  return metadata.get("hasleader") === "true";
}

/** The version that the client claims; undefined where it is no text. */
export function clientApiVersion(metadata: Metadata): string | undefined {
  const version = metadata.get("client-api-version");
  if (version === undefined) return UNKNOWN_VERSION;
  return isAscii(version) ? version : decodeUtf8(bytesFromLatin1(version));
}

/** A stream that ends when the leader is missing for too long. */
type Watched = Pick<ServerCall<never, unknown>, "isFinished" | "fail" | "onCancel">;

/** The open streams whose clients want a leader. */
export class LeaderStreams {
  readonly #streams = new Set<Watched>();
  #sweepAt = LEAST_SWEEP;
  #pollsWithout = 0;

  get size(): number {
    return this.#streams.size;
  }

  add(call: Watched): void {
    // Ended streams do not say so. There are never more of them than twice the open ones.
    if (this.#streams.size >= this.#sweepAt) {
      this.#sweep();
      this.#sweepAt = Math.max(LEAST_SWEEP, 2 * this.#streams.size);
    }
    this.#streams.add(call);
  }

  /** To be called once each election timeout. */
  poll(hasLeader: boolean): void {
    this.#sweep();
    this.#pollsWithout = hasLeader ? 0 : this.#pollsWithout + 1;
    if (this.#pollsWithout < MAX_POLLS_WITHOUT_LEADER) return;
    const streams = [...this.#streams];
    this.#streams.clear();
    for (const call of streams) {
      const { onCancel } = call;
      failCall(call as ServerCall<never, unknown>, "NoLeader");
      // Its handler has to let go of what it holds: the call itself tells it of the client's going only.
      onCancel?.();
    }
  }

  #sweep(): void {
    for (const call of this.#streams) if (call.isFinished) this.#streams.delete(call);
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
