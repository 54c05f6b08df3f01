/** Public surface of base: the vocabulary that every other package shares. Nothing here knows about consensus. */
export { assert, fail, InvariantViolation, unreachable } from "./assert.ts";
export { compareBytes, concatBytes, EMPTY_BYTES, equalBytes, fromHex, toHex } from "./bytes.ts";
export { crc32c } from "./crc32c.ts";
export { CodedError, hasCode, messageOf } from "./errors.ts";
export { bytesFromLatin1, flatLatin1, latin1FromBytes, writeLatin1 } from "./latin1.ts";
export { BackendGoneError, MemoryBackend } from "./memory-backend.ts";
export { OrderedMap } from "./ordered-map.ts";
export {
  type AppliedPosition,
  type Backend,
  type BackendReader,
  type BackendSnapshot,
  BUCKETS,
  type BucketName,
  type Clock,
  type Disk,
  type DiskFile,
  type HostBackend,
  type Logger,
  type OpenMode,
  type Random,
  silentLogger,
  silentTrace,
  type TraceFields,
  type TracePoints,
} from "./ports.ts";
export { Prng } from "./prng.ts";
export { RingQueue } from "./ring-queue.ts";
export { Slab } from "./slab.ts";
export {
  bigFromHalves,
  compareIds,
  highHalf,
  idFromHex,
  idToHex,
  lowHalf,
  safeFromHalves,
  signedFromHalves,
  UINT64_MAX,
} from "./uint64.ts";
