/** The process of one of our own loads: a job as JSON in, a result as JSON out. */
import type { TimedResult } from "./loader.ts";
import { type Job, runJob } from "./loads.ts";

const startedAt = performance.now();
const before = process.cpuUsage();
const result = await runJob(JSON.parse(process.argv[2] ?? "") as Job);
const { user, system } = process.cpuUsage(before);
const timed: TimedResult = { ...result, cores: (user + system) / 1_000 / (performance.now() - startedAt) };
process.stdout.write(JSON.stringify(timed), () => process.exit(0));
