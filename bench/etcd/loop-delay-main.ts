/**
 * Loaded into a member before its own code (`node --import`): samples how late the main thread's timers are. The first SIGUSR2 begins, the
 * second writes the p99.9 to a file named by the process id, in the folder that the import's query names. A member's own metric covers minutes,
 * its start among them, and 99.9 % of a short load is not in it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const RESOLUTION_MS = 2;
const NANOSECONDS_A_MS = 1e6;

function watchLoop(folder: string): void {
  const sampler = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let isMeasuring = false;
  process.on("SIGUSR2", () => {
    isMeasuring = !isMeasuring;
    if (isMeasuring) {
      sampler.reset();
      sampler.enable();
      return;
    }
    sampler.disable();
    // The sampler gives the time between two firings of its timer.
    const milliseconds = Math.max(0, sampler.percentile(99.9) / NANOSECONDS_A_MS - RESOLUTION_MS);
    writeFileSync(join(folder, `loop-${process.pid}`), String(milliseconds));
  });
}

// Workers get this import too.
if (isMainThread) watchLoop(decodeURIComponent(new URL(import.meta.url).search.slice(1)));
