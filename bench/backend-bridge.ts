/** The backend on its way out and in: exported as a bbolt image, imported from one, copied by defragmentation; and what that costs the event loop. */
import { closeSync, openSync, writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { importImage, type LmdbBackend, mapSizeForQuota } from "@quorate/storage";
import { atLeast, atMost, type Result } from "./measure.ts";

const MEGA = 1e6;
const MS_PER_SECOND = 1_000;
const QUOTA_BYTES = 8 * 1024 * 1024 * 1024;

type Measured<T> = { readonly value: T; readonly ms: number; readonly loopMs: number };

/** Time that passes, and of it the time in which this thread was busy. */
async function measure<T>(work: () => Promise<T>): Promise<Measured<T>> {
  const before = performance.eventLoopUtilization();
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start, loopMs: performance.eventLoopUtilization(before).active };
}

async function exportTo(backend: LmdbBackend, take: (chunk: Uint8Array) => void): Promise<number> {
  const image = await backend.exportImage();
  for await (const chunk of image.chunks) take(chunk);
  return image.byteLength;
}

/** `dir` takes the image and what is imported from it. */
export async function benchBridge(backend: LmdbBackend, dir: string): Promise<Result[]> {
  const exported = await measure(() => exportTo(backend, () => {}));
  const hashed = await measure(() => backend.hash());
  const image = `${dir}/image`;
  const fd = openSync(image, "wx");
  await exportTo(backend, (chunk) => void writeSync(fd, chunk));
  closeSync(fd);
  const file = `${dir}/imported.mdb`;
  const imported = await measure(() => importImage({ image, file, mapSizeBytes: mapSizeForQuota(QUOTA_BYTES) }));
  const copied = await measure(() => backend.defragment());
  const megabytes = exported.value / MEGA;
  const { rows } = imported.value;
  return [
    atLeast("backend/export", (megabytes / exported.ms) * MS_PER_SECOND, "MB/s", 80),
    atMost("backend/export-loop-ms-per-100-mb", (exported.loopMs / megabytes) * 100, "ms", 150),
    atLeast("backend/hash", (megabytes / hashed.ms) * MS_PER_SECOND, "MB/s", 150),
    atLeast("backend/import", (rows / imported.ms) * MS_PER_SECOND, "rows/s", 200_000),
    atLeast("backend/defragment", (rows / copied.ms) * MS_PER_SECOND, "rows/s", 150_000),
  ];
}
