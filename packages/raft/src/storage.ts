/** The port through which raft reads what the application has made durable. Raft never writes through it. */
import type { ConfState, Entry, HardState, Snapshot } from "@quorate/proto";
import type { Index, Term } from "./types.ts";

/**
 * Stable storage of one member's log. Calls are synchronous and are expected to be answered from memory or a cache. A failure
 * other than the typed ones named here means that the member can no longer take part and must stop.
 */
export interface Storage {
  /** What was saved before the last stop; empty records on a first start. */
  initialState(): { readonly hardState: HardState; readonly confState: ConfState };

  /**
   * Entries in [lo, hi), cut to a prefix of at most `maxSize` encoded bytes but holding at least one entry.
   * @throws RaftError `Compacted` if lo is compacted away, `Unavailable` if hi - 1 is past the end.
   */
  entries(lo: Index, hi: Index, maxSize: number): Entry[];

  /**
   * Term of the entry at `index`, which may be anything in [firstIndex() - 1, lastIndex()].
   * @throws RaftError `Compacted` or `Unavailable` outside of that range.
   */
  term(index: Index): Term;

  /** Index of the last entry, or of the snapshot when there is none. */
  lastIndex(): Index;

  /** Index of the first entry that may still be read. */
  firstIndex(): Index;

  /**
   * The most recent snapshot.
   * @throws RaftError `SnapshotTemporarilyUnavailable` while one is being made; raft asks again later.
   */
  snapshot(): Snapshot;
}
