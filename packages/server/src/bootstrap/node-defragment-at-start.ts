/** Defragmentation before a member serves (--bootstrap-defrag-threshold-megabytes). It decides when, the backend how. */
import type { LmdbBackend } from "@quorate/storage";
import type { StructuredLogger } from "../log/logger.ts";

const MEGABYTE = 1024 * 1024;

export type DefragmentAtStart = {
  /** So much must be free for it to be worth the time; 0: it is never done. */
  readonly freeMegabytes: number;
  readonly logger: StructuredLogger;
};

/** Gives free pages back to the disk where they are enough. @throws StorageError where it was tried and could not be done */
export async function defragmentAtStart(
  backend: Pick<LmdbBackend, "stats" | "defragment">,
  { freeMegabytes, logger }: DefragmentAtStart,
): Promise<void> {
  if (freeMegabytes === 0) return;
  const { sizeBytes, sizeInUseBytes } = backend.stats;
  const threshold = freeMegabytes * MEGABYTE;
  if (sizeBytes - sizeInUseBytes < threshold) {
    // etcd's tooling looks for this line and these names.
    logger.info("Skipping defragmentation", {
      "current-db-size-bytes": sizeBytes,
      "current-db-size-in-use-bytes": sizeInUseBytes,
      "experimental-bootstrap-defrag-threshold-bytes": threshold,
    });
    return;
  }
  const { sizeBytesBefore, sizeBytesAfter } = await backend.defragment();
  logger.info("finished defragmenting before serving", {
    "current-db-size-bytes": sizeBytesAfter,
    "current-db-size-bytes-diff": sizeBytesAfter - sizeBytesBefore,
  });
}
