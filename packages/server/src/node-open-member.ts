/**
 * Opens what a member left when it last stopped, or makes it anew: log, backend, keyspace. It owns the order of opening and the
 * checks between the parts: the log must reach as far as the backend, and the backend back to where the log begins.
 */
import { existsSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Alarms, Cluster, Lessor, type LessorOptions, Machine, openAuthRevision } from "@quorate/machine";
import type { MemberStart } from "@quorate/member";
import { Restore, type StoreCounts } from "@quorate/mvcc";
import {
  decodeWalMetadata,
  encodeWalMetadata,
  type HardState,
  newConfState,
  newSnapshot,
  newSnapshotMetadata,
  newWalMetadata,
  type SnapshotMetadata,
} from "@quorate/proto";
import { MemoryStorage, type Peer } from "@quorate/raft";
import {
  type BackendObserver,
  type DataDir,
  type DurableStorage,
  type LmdbBackend,
  type LogObserver,
  openLmdbBackend,
  type StorageError,
  startStorageThread,
} from "@quorate/storage";
import { forceNewCluster } from "./bootstrap/force-new-cluster.ts";
import { StartError } from "./errors.ts";
import type { StructuredLogger } from "./log/logger.ts";
import {
  findBackend,
  imageFile,
  importSnapshot,
  mapBytes,
  newBackendFile,
  removeImagesAtStart,
  removeOtherBackends,
} from "./node-backend-files.ts";

/** Rows restored between two looks at the event loop. */
const RESTORE_SLICE = 5_000;
export type BackendOptions = {
  readonly quotaBytes: number;
  readonly lessor: LessorOptions;
  /** Must be the same on all members. */
  readonly maxLearners: number;
  /** Figures of the store, which go on from one backend to the next. */
  readonly storeCounts: StoreCounts;
  readonly observer: BackendObserver;
  readonly onCommitted: () => void;
  readonly onFailure: (error: StorageError) => void;
};

/** The replicated state: rows, and the machine over them. */
export type OpenedState = { readonly backend: LmdbBackend; readonly machine: Machine };

/** Opens the backend and builds the keyspace's index, in slices. @throws StorageError, MvccError. */
export async function openState(file: string, options: BackendOptions): Promise<OpenedState> {
  const { onCommitted, onFailure, observer } = options;
  const mapSizeBytes = mapBytes(options.quotaBytes);
  const backend = await openLmdbBackend({ file, mapSizeBytes, observer, onCommitted, onFailure });
  try {
    return { backend, machine: await openMachine(backend, options) };
  } catch (error) {
    await backend.close();
    throw error;
  }
}

async function openMachine(backend: LmdbBackend, options: BackendOptions): Promise<Machine> {
  const lessor = new Lessor(backend, options.lessor);
  const restore = new Restore(backend, lessor, options.storeCounts);
  while (!restore.step(RESTORE_SLICE)) await nextTurn();
  const cluster = new Cluster(backend, options.maxLearners);
  openAuthRevision(backend);
  const parts = { store: restore.store(), lessor, cluster, alarms: new Alarms(backend) };
  return new Machine(parts, backend.committed.index);
}

/** Who a member is, where its data directory does not say so yet. */
export type FirstStart = {
  readonly id: bigint;
  readonly clusterId: bigint;
  /** The first members, where the cluster begins with this start; undefined for one that joins. */
  readonly bootstrap: readonly Peer[] | undefined;
};

export type OpenOptions = BackendOptions & {
  readonly dir: DataDir;
  /** Needed where there is no log yet. */
  readonly first: FirstStart | undefined;
  readonly forceNewCluster: boolean;
  readonly keepSegments: number;
  readonly keepSnapshots: number;
  readonly logObserver: LogObserver;
  /** What there must be to gain for a defragmentation at the start; 0: none. */
  readonly defragThresholdBytes: number;
  readonly logger: StructuredLogger;
};

export type OpenedMember = {
  readonly id: bigint;
  readonly clusterId: bigint;
  readonly storage: DurableStorage;
  readonly state: OpenedState;
  readonly start: MemberStart;
  readonly isNew: boolean;
};

/** @throws StorageError, StartError `BadData`, `BadCluster`, with nothing left open. */
export async function openMember(options: OpenOptions): Promise<OpenedMember> {
  const { first, dir, logger, keepSegments, keepSnapshots, logObserver: observer } = options;
  const { id, clusterId } = first ?? { id: 0n, clusterId: 0n };
  const metadata = encodeWalMetadata(newWalMetadata({ nodeId: id, clusterId }));
  const storage = await startStorageThread({ dir, metadata, logger, keepSegments, keepSnapshots, observer });
  try {
    return await openBehind(storage, options);
  } catch (error) {
    await storage.close().catch(() => undefined);
    throw error;
  }
}

async function openBehind(storage: DurableStorage, options: OpenOptions): Promise<OpenedMember> {
  const { restored } = storage;
  const owner = decodeWalMetadata(restored.metadata);
  const snapshot = restored.snapshot?.metadata;
  let file = findBackend(options.dir) ?? (await makeBackend(options, snapshot));
  let state = await openState(file, options);
  try {
    if (snapshot !== undefined && state.backend.committed.index < snapshot.index) {
      // The process ended between the acknowledgement of a received snapshot and putting it in place.
      await state.backend.close();
      file = await makeBackend(options, snapshot);
      state = await openState(file, options);
    }
    removeOtherBackends(options.dir, file);
    await maybeDefragment(state.backend, options);
    await removeImagesAtStart(options.dir, state.backend.committed.index);
    const { start, isBootstrap } = await startOf(storage, state, options);
    return { id: owner.nodeId, clusterId: owner.clusterId, storage, state, start, isNew: isBootstrap };
  } catch (error) {
    await state.backend.close();
    throw error;
  }
}

/** Gives free space back before anything is served, where that is asked for and worth it. */
async function maybeDefragment(backend: LmdbBackend, { defragThresholdBytes, logger }: OpenOptions): Promise<void> {
  if (defragThresholdBytes === 0) return;
  const { sizeBytes, sizeInUseBytes } = backend.stats;
  const sizes = {
    "current-db-size-bytes": sizeBytes,
    "current-db-size-in-use-bytes": sizeInUseBytes,
    "experimental-bootstrap-defrag-threshold-bytes": defragThresholdBytes,
  };
  if (sizeBytes - sizeInUseBytes < defragThresholdBytes) {
    logger.info("Skipping defragmentation", sizes);
    return;
  }
  const { sizeBytesAfter } = await backend.defragment();
  logger.info("finished defragmenting the backend on boot", { ...sizes, "new-db-size-bytes": sizeBytesAfter });
}

/** A backend for a log that begins behind a snapshot must come from that snapshot; for a whole log it may begin empty. */
function makeBackend(
  { dir, quotaBytes }: OpenOptions,
  snapshot: SnapshotMetadata | undefined,
): string | Promise<string> {
  if (snapshot === undefined) return newBackendFile(dir, 0);
  if (existsSync(imageFile(dir, snapshot))) return importSnapshot(dir, snapshot, quotaBytes);
  throw new StartError(
    "BadData",
    `${dir.root} cannot be started from: its log begins at index ${snapshot.index}, and neither the backend nor a received image reaches so far; ` +
      "remove this member from the cluster, delete its data directory, and add it again",
  );
}

async function startOf(
  storage: DurableStorage,
  { backend, machine }: OpenedState,
  options: OpenOptions,
): Promise<{ readonly start: MemberStart; readonly isBootstrap: boolean }> {
  const { restored } = storage;
  const applied = backend.committed;
  const snapshot = restored.snapshot?.metadata ?? newSnapshotMetadata();
  const lastIndex = restored.entries[restored.entries.length - 1]?.index ?? snapshot.index;
  if (applied.index > lastIndex) {
    throw new StartError(
      "BadData",
      `${options.dir.root} is damaged: the backend holds entry ${applied.index}, the log ends at ${lastIndex}; ` +
        "remove this member from the cluster, delete its data directory, and add it again",
    );
  }
  const stored = applied.index > snapshot.index ? machine.parts.cluster.loadConfState() : undefined;
  const confState = stored ?? snapshot.confState;
  const log = new MemoryStorage();
  log.applySnapshot(newSnapshot({ metadata: { ...snapshot, confState } }));
  let { entries } = restored;
  // What is applied was committed, whether or not the log was told in time.
  let hardState: HardState = {
    ...restored.hardState,
    commit: Math.max(restored.hardState.commit, applied.index, snapshot.index),
  };
  if (options.forceNewCluster) {
    const { id } = ownerOf(storage);
    const lone = forceNewCluster({
      id,
      entries,
      hardState,
      confState,
      appliedIndex: applied.index,
      snapshotIndex: snapshot.index,
    });
    await storage.save(lone.hardState, lone.added, true);
    ({ entries, hardState } = lone);
    options.logger.warn(`forcing a new cluster of this member alone at index ${hardState.commit}`);
  }
  log.setHardState(hardState);
  log.append(entries);
  const isEmpty = lastIndex === 0 && hardState.term === 0;
  const bootstrap = isEmpty ? bootstrapOf(storage, options.first) : undefined;
  const start = {
    log,
    machine,
    backend,
    snapshotIndex: snapshot.index,
    confState: confState ?? newConfState(),
    bootstrap,
  };
  return { start, isBootstrap: bootstrap !== undefined };
}

/** An earlier start may have made the log and got no further: then this one is the first. */
function bootstrapOf(storage: DurableStorage, first: FirstStart | undefined): readonly Peer[] | undefined {
  const owner = ownerOf(storage);
  return first?.id === owner.id && first.clusterId === owner.clusterId ? first.bootstrap : undefined;
}

function ownerOf(storage: DurableStorage): { readonly id: bigint; readonly clusterId: bigint } {
  const { nodeId, clusterId } = decodeWalMetadata(storage.restored.metadata);
  return { id: nodeId, clusterId };
}
