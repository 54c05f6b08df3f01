/**
 * The replicated key-value store: what proposals mean. It owns the pairs and the writes that wait for their commit; it never
 * talks to a peer or to a disk.
 */
import { CodedError, equalBytes, Slab, type TracePoints } from "@quorate/base";
import type { Channel } from "./channel.ts";
import { type CommittedPut, type Dump, decodePut, encodePut, pairSize } from "./kv-codec.ts";
import { StoreDump } from "./kv-dump.ts";

/** A proposal on its way to raft; `dropped` is told if raft refuses to queue it. */
export type ProposeRequest = { readonly data: Uint8Array; readonly dropped: (reason: string) => void };

/** What the raft node publishes: entries to apply, in order. */
export type Commit = readonly CommittedEntry[];

export type CommittedEntry = { readonly term: number; readonly index: number; readonly data: Uint8Array };

/** Writes that may wait for their commit at once; one more is refused. */
export const MAX_PENDING_WRITES = 16_384;

const VALUE_BLOCK_BYTES = 4 * 1024;
const PROPOSAL_BLOCK_BYTES = 64 * 1024;

/** Why a write was not acknowledged. `Unknown` outcomes may still take effect. */
export class WriteError extends CodedError<{ readonly code: "Busy" | "Dropped" | "TimedOut" | "Stopped" }> {
  override readonly name = "WriteError";
}

type Waiter = { readonly resolve: () => void; readonly reject: (error: WriteError) => void; readonly deadline: number };

export type KvStoreOptions = {
  /** 8 random bytes that name this run of this process. */
  readonly origin: Uint8Array;
  readonly memberId: bigint;
  readonly trace: TracePoints;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** How long a write may wait for its commit. */
  readonly timeoutMs: number;
};

export class KvStore {
  readonly #options: KvStoreOptions;
  readonly #proposeC: Channel<ProposeRequest>;
  #pairs = new Map<string, Uint8Array>();
  /** Proposals of one time share blocks: the log lets go of them together. */
  readonly #proposals = new Slab(PROPOSAL_BLOCK_BYTES);
  /** Values live for different times: small blocks, so that one that stays holds on to little. */
  readonly #values = new Slab(VALUE_BLOCK_BYTES);
  /** What the pairs take in a dump. Invariant: the sum of their `pairSize`. */
  #sizeBytes = 0;
  /** Dumps in the making, which must hear of every change. */
  readonly #dumps = new Set<StoreDump>();
  #sequence = 0;
  /** Writes by sequence number, which is also the order of their deadlines. */
  readonly #waiting = new Map<number, Waiter>();

  constructor(options: KvStoreOptions, proposeC: Channel<ProposeRequest>, commitC: Channel<Commit>) {
    this.#options = options;
    this.#proposeC = proposeC;
    commitC.receive((commit) => this.readCommits(commit));
  }

  /** The value of a key as this member has applied it. */
  lookup(key: string): Uint8Array | undefined {
    return this.#pairs.get(key);
  }

  get size(): number {
    return this.#pairs.size;
  }

  /** Proposes a write (step 2); settles once it is applied here, or fails with WriteError. */
  propose(key: string, value: Uint8Array): Promise<void> {
    if (this.#waiting.size >= MAX_PENDING_WRITES)
      return Promise.reject(writeError("Busy", "too many writes are waiting"));
    this.#sequence = (this.#sequence + 1) >>> 0;
    const sequence = this.#sequence;
    const { origin, memberId, trace, now, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      this.#waiting.set(sequence, { resolve, reject, deadline: now() + timeoutMs });
      if (trace.active) trace.emit("kvstore.propose", memberId, { note: key });
      const dropped = (reason: string): void => this.#settle(sequence, writeError("Dropped", reason));
      if (!this.#proposeC.send({ data: encodePut({ origin, sequence, key, value }, this.#proposals), dropped })) {
        this.#settle(sequence, writeError("Stopped", "this member is stopping"));
      }
    });
  }

  /** Applies what was committed (step 22) and answers the writes that were proposed here. */
  readCommits(commit: Commit): void {
    const { trace, memberId } = this.#options;
    for (const { term, index, data } of commit) {
      const put = decodePut(data);
      this.#set(put);
      if (trace.active) trace.emit("kvstore.readCommits", memberId, { term, index });
      if (equalBytes(put.origin, this.#options.origin)) this.#settle(put.sequence, undefined);
    }
  }

  /** Fails the writes whose deadline has passed. The host calls it a few times a second. */
  expire(): void {
    const now = this.#options.now();
    for (const [sequence, { deadline }] of this.#waiting) {
      if (deadline > now) return;
      this.#settle(sequence, writeError("TimedOut", "not committed in time; it may still take effect"));
    }
  }

  /**
   * Starts a dump of all pairs as they are now; give it to `endDump` when it is written or given up.
   * @param headroom bytes to leave free in front.
   */
  startDump(headroom: number): StoreDump {
    const dump = new StoreDump(this.#pairs, this.#sizeBytes, headroom);
    this.#dumps.add(dump);
    return dump;
  }

  endDump(dump: StoreDump): void {
    this.#dumps.delete(dump);
  }

  /** Takes over the pairs of a snapshot. Dumps in the making go on over the former pairs, which change no more. */
  replace({ pairs, sizeBytes }: Dump): void {
    this.#dumps.clear();
    this.#pairs = pairs;
    this.#sizeBytes = sizeBytes;
  }

  /** Fails everything that waits: the member is stopping. */
  stop(): void {
    for (const sequence of [...this.#waiting.keys()])
      this.#settle(sequence, writeError("Stopped", "this member is stopping"));
  }

  #set({ key, keyBytes, value }: CommittedPut): void {
    const former = this.#pairs.get(key);
    for (const dump of this.#dumps) dump.beforeChange(key, former);
    this.#sizeBytes += former === undefined ? pairSize(keyBytes, value.length) : value.length - former.length;
    // The entry's bytes belong to the log: keep a copy.
    this.#pairs.set(key, this.#values.copy(value));
  }

  #settle(sequence: number, error: WriteError | undefined): void {
    const waiter = this.#waiting.get(sequence);
    if (waiter === undefined) return;
    this.#waiting.delete(sequence);
    if (error === undefined) waiter.resolve();
    else waiter.reject(error);
  }
}

function writeError(code: WriteError["code"], message: string): WriteError {
  return new WriteError(message, { code });
}
