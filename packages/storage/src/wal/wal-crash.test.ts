import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Prng, silentLogger } from "@quorate/base";
import type { Entry, HardState } from "@quorate/proto";
import {
  entryIds,
  MemoryDisk,
  PowerLoss,
  sampleEntries,
  sampleSnapshot,
  sampleState,
  withSeed,
} from "@quorate/testkit";
import { dataDir } from "../data-dir.ts";
import { MemberStorage } from "../member-storage.ts";
import { encodeBatch } from "./batch.ts";

const DIR = dataDir("/var/member1");

/** What a member may rely on, and what it was trying to write when the power went. */
type Ledger = {
  entries: readonly Entry[];
  state: HardState;
  snapshotIndex: number;
  /** A save that was begun and did not return: any first part of it may be there. */
  inFlight: readonly Entry[];
  /** HardStates that were given to the log since the one that is relied on. */
  states: HardState[];
  /** Terms of the snapshots that were ever recorded: what a snapshot stands for is committed, and never differs afterwards. */
  readonly recorded: Map<number, number>;
};

function newLedger(): Ledger {
  return { entries: [], state: sampleState(0, 0, 0n), snapshotIndex: 0, inFlight: [], states: [], recorded: new Map() };
}

/** What was found is what counts from here on. */
function settle(ledger: Ledger, { restored }: MemberStorage): void {
  ledger.entries = restored.entries;
  ledger.state = restored.hardState;
  ledger.snapshotIndex = restored.snapshot?.metadata.index ?? 0;
  ledger.inFlight = [];
  ledger.states = [];
}

/** `old` with `added` written over it. */
function overwritten(old: readonly Entry[], added: readonly Entry[]): readonly Entry[] {
  const first = added[0]?.index ?? Number.POSITIVE_INFINITY;
  return [...old.filter(({ index }) => index < first), ...added];
}

/**
 * A member's life for a while: appends, replaced entries, commit-only saves, snapshots of its own and from the leader, releases,
 * prepared segments.
 */
function session(storage: MemberStorage, ledger: Ledger, prng: Prng, steps: number): void {
  settle(ledger, storage);
  let last = ledger.entries.at(-1)?.index ?? ledger.snapshotIndex;
  let { commit } = ledger.state;
  // Entries may be there without the HardState that came with them. No leader of an earlier term writes behind them.
  let term = Math.max(
    ledger.state.term,
    ledger.entries.at(-1)?.term ?? 0,
    storage.restored.snapshot?.metadata.term ?? 0,
  );
  const termAt = (index: number): number => ledger.entries.find((entry) => entry.index === index)?.term ?? term;
  const save = (entries: readonly Entry[], state: HardState, mustSync: boolean): void => {
    ledger.inFlight = entries;
    ledger.states.push(state);
    storage.append(encodeBatch(state, entries, mustSync));
    if (!mustSync) return;
    ledger.entries = overwritten(ledger.entries, entries);
    ledger.state = state;
    ledger.inFlight = [];
    ledger.states = [];
  };
  for (let i = 0; i < steps; i++) {
    const kind = prng.below(12);
    if (kind < 6) {
      const isNewTerm = term === 0 || prng.chance(0.2);
      if (isNewTerm) term++;
      const first = isNewTerm ? commit + 1 + prng.below(last - commit + 1) : last + 1;
      last = first + prng.below(4);
      // A follower may learn of a commit index together with the entries that it covers.
      commit = Math.max(commit, Math.min(last, first + prng.below(4) - 1));
      save(sampleEntries(first, last, term, 1 + prng.below(700)), sampleState(term, commit), true);
    } else if (kind < 8 && term > 0) {
      commit += prng.below(last - commit + 1);
      save([], sampleState(term, commit), false);
    } else if (kind === 8 && commit > ledger.snapshotIndex && mayRecord(ledger, commit, termAt(commit))) {
      storage.saveSnapshot(sampleSnapshot(commit, termAt(commit)));
      ledger.snapshotIndex = commit;
    } else if (kind === 9 && term > 0 && prng.chance(0.3)) {
      last += 20;
      while (!mayRecord(ledger, last, term)) last++;
      commit = last;
      storage.saveSnapshot(sampleSnapshot(commit, term));
      save([], sampleState(term, commit), true);
      ledger.entries = [];
      ledger.snapshotIndex = commit;
    } else if (kind === 10) storage.release(ledger.snapshotIndex);
    else storage.idle();
  }
}

/** False for a snapshot that contradicts one that a crash may have left on record: raft never makes two. */
function mayRecord({ recorded }: Ledger, index: number, term: number): boolean {
  if ((recorded.get(index) ?? term) !== term) return false;
  recorded.set(index, term);
  return true;
}

function open(disk: MemoryDisk): MemberStorage {
  return new MemberStorage(disk, {
    dir: DIR,
    metadata: Uint8Array.of(8, 1),
    logger: silentLogger,
    segmentSizeBytes: 4096,
    keepSegments: 1,
  });
}

/** What was acknowledged is there, and nothing is there that nobody wrote. */
function verify(storage: MemberStorage, ledger: Ledger, what: string): void {
  const { entries, hardState, snapshot } = storage.restored;
  const base = snapshot?.metadata.index ?? 0;
  assert.ok(base >= ledger.snapshotIndex, `${what}: snapshot ${ledger.snapshotIndex} is gone, ${base} is there`);
  assert.ok(base <= hardState.commit, `${what}: the snapshot is beyond the commit index`);
  assert.ok(hardState.commit <= base + entries.length, `${what}: the commit index is beyond the log`);
  const found = entryIds(entries);
  const possible = [0, ...ledger.inFlight.map((_, i) => i + 1)].map((count) =>
    overwritten(ledger.entries, ledger.inFlight.slice(0, count)).filter(({ index }) => index > base),
  );
  const match = possible.find((candidate) => entryIds(candidate) === found);
  assert.ok(match !== undefined, `${what}: found ${found}, which is none of\n${possible.map(entryIds).join("\n")}`);
  assert.deepEqual(entries, match, what);
  const known = [ledger.state, ...ledger.states];
  const promises = known.map(({ term, vote }) => `${term}/${vote}`);
  assert.ok(promises.includes(`${hardState.term}/${hardState.vote}`), `${what}: term or vote that nobody gave`);
  assert.ok(hardState.commit <= Math.max(...known.map(({ commit }) => commit)), `${what}: a commit that nobody gave`);
  settle(ledger, storage);
}

/** Runs until the power goes before operation `at`; false if the session ended first. */
function runUntil(disk: MemoryDisk, ledger: Ledger, prng: Prng, at: number, steps: number): boolean {
  disk.powerLossAt = disk.operations.length + at;
  try {
    session(open(disk), ledger, prng, steps);
    return false;
  } catch (error) {
    if (!isPowerLoss(error)) throw error;
    return true;
  }
}

function isPowerLoss(error: unknown): boolean {
  return error instanceof PowerLoss || (error instanceof Error && isPowerLoss(error.cause));
}

/** A disk with nothing but the directory above the member's. */
function emptyDisk(): MemoryDisk {
  const disk = new MemoryDisk();
  disk.makeDir("/var");
  disk.syncDir("/");
  return disk;
}

describe("storage/wal/wal-crash", () => {
  it("has what was acknowledged after the power went at any one operation of a session", () => {
    withSeed("wal/wal-crash", ({ seed, prng }) => {
      for (let at = 0, isOver = false; !isOver; at++) {
        for (let draw = 0; draw < 3; draw++) {
          const disk = emptyDisk();
          const ledger = newLedger();
          // The same session each time.
          isOver = !runUntil(disk, ledger, new Prng(seed), at, 50);
          verify(open(disk.afterPowerLoss(prng)), ledger, `power lost before operation ${at}`);
        }
      }
    });
  });

  it("goes on from crash to crash", () => {
    withSeed("wal/wal-crash", ({ prng }) => {
      for (let life = 0; life < 30; life++) {
        let disk = emptyDisk();
        const ledger = newLedger();
        for (let crash = 0; crash < 8; crash++) {
          runUntil(disk, ledger, prng, prng.below(80), 40);
          disk = disk.afterPowerLoss(prng);
          verify(open(disk), ledger, `life ${life}, crash ${crash}`);
        }
      }
    });
  });
});
