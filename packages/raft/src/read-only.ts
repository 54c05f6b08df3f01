/**
 * Linearizable reads that wait for a heartbeat quorum (thesis section 6.4). Reads are numbered in order of arrival; a
 * heartbeat carries the number of the newest one (8 bytes, little endian), a response echoes it, and the number that a quorum
 * has echoed confirms every read up to it. Numbers start over with each term, with the record.
 */
import type { Message } from "@quorate/proto";
import { RaftError } from "./errors.ts";
import type { JointConfig } from "./quorum/joint.ts";
import type { Index, NodeId } from "./types.ts";

/** Bound on reads that wait for a quorum or for the first commit in the term; callers retry on refusal. */
export const MAX_PENDING_READS: number = 65_536;

const CONTEXT_BYTES = 8;

/** A read request and the commit index at which it arrived: the index it may be answered at. */
export type ReadRequest = { readonly request: Message; readonly index: Index };

export class ReadOnly {
  /** Reads confirmed so far; the number of unconfirmed[0] is confirmed + 1. */
  #confirmed = 0;
  #unconfirmed: ReadRequest[] = [];
  readonly #acks = new Map<NodeId, number>();

  /** Adds a read. @throws RaftError `TooManyReads`. */
  add(request: Message, commit: Index): void {
    if (this.#unconfirmed.length >= MAX_PENDING_READS) throw tooManyReads();
    this.#unconfirmed.push({ request, index: commit });
  }

  /** The context of the next heartbeat; undefined while no read waits. */
  heartbeatContext(): Uint8Array | undefined {
    if (this.#unconfirmed.length === 0) return undefined;
    const context = new Uint8Array(CONTEXT_BYTES);
    let rest = this.#confirmed + this.#unconfirmed.length;
    for (let i = 0; i < CONTEXT_BYTES; i++) {
      context[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return context;
  }

  /** Takes a peer's echo. Anything that this leader cannot have sent is ignored. */
  receiveAck(from: NodeId, context: Uint8Array | undefined): void {
    if (context?.length !== CONTEXT_BYTES) return;
    let number = 0;
    for (let i = CONTEXT_BYTES - 1; i >= 0; i--) number = number * 256 + context[i]!;
    if (number > this.#confirmed + this.#unconfirmed.length) return;
    this.#acks.set(from, Math.max(this.#acks.get(from) ?? 0, number));
  }

  /** Takes out the reads that a quorum of `voters` has confirmed by now, oldest first. */
  maybeAdvance(voters: JointConfig): ReadRequest[] {
    const number = voters.committedIndex((id) => this.#acks.get(id));
    const count = Math.min(number - this.#confirmed, this.#unconfirmed.length);
    if (count <= 0) return [];
    this.#confirmed += count;
    return this.#unconfirmed.splice(0, count);
  }
}

/** Too many reads wait already. */
export function tooManyReads(): RaftError {
  return new RaftError("TooManyReads", `raft: more than ${MAX_PENDING_READS} reads are waiting`);
}
