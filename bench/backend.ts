/** The LMDB backend: what its calls cost on the event-loop thread, and how long a commit and an opening take. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LmdbBackend, mapSizeForQuota, openLmdbBackend } from "@quorate/storage";
import { benchBridge } from "./backend-bridge.ts";
import { atMost, percentile, type Result } from "./measure.ts";

const ROWS = 1_000_000;
const ROWS_PER_COMMIT = 10_000;
const VALUE_BYTES = 300;
const GETS = 200_000;
const MICROS_PER_MS = 1_000;
const QUOTA_BYTES = 8 * 1024 * 1024 * 1024;

type Opened = { readonly backend: LmdbBackend; readonly commit: (index: number) => Promise<void> };

async function openAt(file: string): Promise<Opened> {
  let wake: (() => void) | undefined;
  const backend = await openLmdbBackend({
    file,
    mapSizeBytes: mapSizeForQuota(QUOTA_BYTES),
    onCommitted: () => wake?.(),
    onFailure: (error) => {
      throw error;
    },
  });
  const commit = (index: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      backend.startCommit({ index, term: 1 });
    });
  return { backend, commit };
}

/** A key as mvcc writes it: main revision, "_", sub-revision. */
function revisionKey(revision: number): Uint8Array {
  const key = new Uint8Array(17);
  new DataView(key.buffer).setUint32(4, revision);
  key[8] = 95;
  return key;
}

/** Writes all rows, and measures its two halves. */
async function fill({ backend, commit }: Opened): Promise<{ putMs: number; commitMs: number[] }> {
  const value = new Uint8Array(VALUE_BYTES).fill(120);
  const commitMs: number[] = [];
  let putMs = 0;
  for (let revision = 0; revision < ROWS; ) {
    const end = revision + ROWS_PER_COMMIT;
    const keys: Uint8Array[] = [];
    for (; revision < end; revision++) keys.push(revisionKey(revision));
    const start = performance.now();
    for (const key of keys) backend.put("key", key, value);
    const buffered = performance.now();
    await commit(revision);
    putMs += buffered - start;
    commitMs.push(performance.now() - buffered);
  }
  return { putMs, commitMs };
}

export async function benchBackend(): Promise<Result[]> {
  // Beside the checkout, on a real disk: a temporary folder may be in memory.
  const dir = mkdtempSync(join(fileURLToPath(new URL("../..", import.meta.url)), ".quorate-bench-"));
  try {
    const file = join(dir, "backend.mdb");
    const filled = await openAt(file);
    const { putMs, commitMs } = await fill(filled);
    const { sizeBytes } = filled.backend.stats;
    await filled.backend.close();

    const openStart = performance.now();
    const { backend } = await openAt(file);
    const openMs = performance.now() - openStart;
    const scanStart = performance.now();
    let rows = 0;
    backend.range("key", new Uint8Array(0), undefined, () => ++rows > 0);
    const scanMs = performance.now() - scanStart;
    const keys = Array.from({ length: GETS }, (_, i) => revisionKey((i * 7_919) % ROWS));
    const getStart = performance.now();
    for (const key of keys) backend.get("key", key);
    const getMs = performance.now() - getStart;
    const bridge = await benchBridge(backend, dir);
    await backend.close();
    return [
      atMost("backend/put", (putMs * MICROS_PER_MS) / ROWS, "us", 2),
      atMost("backend/commit-10k-changes-p50", percentile(commitMs, 0.5), "ms", 50),
      atMost("backend/commit-10k-changes-p99", percentile(commitMs, 0.99), "ms", 100),
      atMost("backend/get", (getMs * MICROS_PER_MS) / GETS, "us", 3),
      atMost("backend/scan-per-row", (scanMs * MICROS_PER_MS) / rows, "us", 2),
      atMost("backend/open-1m-rows", openMs, "ms", 500),
      atMost("backend/bytes-per-300-byte-row", sizeBytes / ROWS, "B", 360),
      ...bridge,
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
