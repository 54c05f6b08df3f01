/** Public surface of storage: a member on disk. Log and snapshots in etcd's format, the backend in LMDB, bbolt images in and out. */
export type { BackendStats } from "./backend/backend-protocol.ts";
export type { HashIgnores } from "./backend/image-content.ts";
export type { ImageExport } from "./backend/image-protocol.ts";
export type { Imported, ImportOptions, ImportRow } from "./backend/import-protocol.ts";
export { exportImage, hashBackend } from "./backend/node-image-export.ts";
export { importImage, type ReplaceOptions, receivedFile, replaceBackend } from "./backend/node-image-import.ts";
export {
  type Defragmented,
  type LmdbBackend,
  type LmdbBackendOptions,
  mapSizeForQuota,
  openLmdbBackend,
} from "./backend/node-lmdb-backend.ts";
export { BboltError, type BboltErrorCode } from "./bbolt/errors.ts";
export { type BucketSizes, type ImagePlan, ImagePlanner, type PairSizes, planImage } from "./bbolt/plan.ts";
export { BboltImage, type BucketReader, type ReadOptions } from "./bbolt/reader.ts";
export { hasDigest, openSnapshot, type Sha256, withDigest, withoutDigest } from "./bbolt/snapshot-save.ts";
export { bytesSource, type ImageSource } from "./bbolt/source.ts";
export { type BucketPairs, encodeImage, type Pair } from "./bbolt/writer.ts";
export { type DataDir, dataDir, hasWal, prepareDataDir } from "./data-dir.ts";
export { type DiskRoom, hasRoomFor, judgeDiskRoom, LOW_DISK_BYTES } from "./disk-room.ts";
export { type DurableStorage, directStorage } from "./durable-storage.ts";
export { StorageError, type StorageErrorCode } from "./errors.ts";
export { MemberStorage, type MemberStorageOptions, type Restored } from "./member-storage.ts";
export { createNodeDisk } from "./node-disk.ts";
export { freeBytes } from "./node-disk-room.ts";
export { type DataDirLock, lockDataDir } from "./node-lock.ts";
export { type StorageThreadOptions, startStorageThread } from "./node-storage-thread.ts";
export type { BackendObserver, LogObserver } from "./observer.ts";
export { type CleanOptions, cleanSnapDir, type SnapDbSink, snapDbSink } from "./snap/node-snap-db.ts";
export {
  decodeSnapshotFile,
  encodeSnapshotFile,
  parseSnapDbName,
  parseSnapFileName,
  snapDbName,
  snapFileName,
} from "./snap/snap-file.ts";
export { Snapshotter } from "./snap/snapshotter.ts";
export { encodeBatch, type WalBatch } from "./wal/batch.ts";
export { type Decoded, type DecodeOptions, decodeSegment } from "./wal/decoder.ts";
export { WalEncoder } from "./wal/encoder.ts";
export { readWal, validSnapshots, type WalContent, type WalRead } from "./wal/reader.ts";
export { RecordType, readFrame, writeFrame } from "./wal/record.ts";
export { listSegments, SEGMENT_SIZE_BYTES, type SegmentName, segmentName } from "./wal/segment.ts";
export { Wal, type WalOptions, type WalStats } from "./wal/wal.ts";
