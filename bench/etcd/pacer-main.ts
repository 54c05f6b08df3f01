/** A beat every millisecond. The event loop's own timers are up to a millisecond late, which is as much as the latencies that it paces. */
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const BEAT_MS = 1;

/** @param onBeat gets when the beat was due, and how long after the start that is. Never called again after the returned function was. */
export function startPacer(onBeat: (dueAt: number, elapsedMs: number) => void): () => void {
  const worker = new Worker(new URL(import.meta.url));
  let startedAt = 0;
  let isStopped = false;
  worker.on("message", (beat: number) => {
    if (isStopped) return;
    // This clock, not the worker's: each counts from its own start.
    if (beat === 0) startedAt = performance.now();
    onBeat(startedAt + beat * BEAT_MS, beat * BEAT_MS);
  });
  return () => {
    isStopped = true;
    void worker.terminate();
  };
}

/** The worker: sleeps until the next beat, in fractions of a millisecond. */
function beat(): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const startedAt = performance.now();
  for (let i = 0; ; i++) {
    const leftMs = startedAt + i * BEAT_MS - performance.now();
    if (leftMs > 0) Atomics.wait(never, 0, 0, leftMs);
    parentPort?.postMessage(i);
  }
}

if (!isMainThread) beat();
