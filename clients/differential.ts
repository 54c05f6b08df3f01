/**
 * The part "differential": random gRPC requests to both systems, answers compared field by field. Writes go one after the other, because two
 * at once may be ordered differently; reads between two writes go together. Rounds end with moments of rest, at which the watchers are
 * compared and history is compacted.
 */
import { messageOf } from "@quorate/base";
import { newCompactionRequest, newHashKVRequest, newPutRequest } from "@quorate/proto";
import { Draw, LEASES } from "./draw.ts";
import { Pair, Parted } from "./pair.ts";
import type { Judgement, Part } from "./part.ts";
import { judgeScenes } from "./scenes.ts";
import { type System, startPair } from "./system.ts";
import { WatchPairs } from "./watch-pairs.ts";
import { type Operation, operation } from "./wire.ts";

const OPERATIONS = 24_000;
const ROUND = 400;
/** Reads that are under way at once. */
const MAX_READS = 24;
const CREATE_CHANCE = 0.02;
const KEEP_ALIVE_CHANCE = 0.015;

/** Runs the random requests, then the scenes that chance would not play. */
export async function judgeDifferential({ recipes, seed, bite }: Part): Promise<Judgement> {
  const systems = await startPair(recipes, 1);
  const pair = new Pair(systems, bite);
  const draw = new Draw(seed);
  const watches = new WatchPairs(pair, draw, bite);
  const start = performance.now();
  let perSecond = 0;
  try {
    while (pair.count < OPERATIONS) await playRound(pair, draw, watches);
    perSecond = (pair.count * 1_000) / (performance.now() - start);
    if (bite === undefined) await judgeScenes(pair);
  } catch (error) {
    if (!(error instanceof Parted)) pair.differences.push(broken(systems, error));
  } finally {
    pair.close();
    await Promise.all(systems.map((system) => system.stop()));
  }
  const errors = [...pair.errors.values()].reduce((sum, n) => sum + n, 0);
  return {
    count: pair.count,
    unit: "operations",
    failures: pair.differences,
    note: `, ${perSecond.toFixed(0)}/s, ${errors} errors of ${pair.errors.size} texts, ${watches.watchers} watchers, ${watches.events} events`,
  };
}

async function playRound(pair: Pair, draw: Draw, watches: WatchPairs): Promise<void> {
  const { prng } = draw;
  let reads: Promise<void>[] = [];
  const settle = async (): Promise<void> => {
    await Promise.all(reads);
    reads = [];
  };
  const end = pair.count + ROUND;
  while (pair.count < end) {
    const next = draw.next();
    if (next.isRead) {
      reads.push(run(pair, draw, next));
      if (reads.length >= MAX_READS) await settle();
      continue;
    }
    await settle();
    await run(pair, draw, next);
    if (prng.chance(CREATE_CHANCE)) await watches.create();
    if (prng.chance(KEEP_ALIVE_CHANCE)) await pair.keepAlive({ ID: prng.chance(0.1) ? 99n : prng.pick(LEASES) });
  }
  await settle();
  while (draw.revision < watches.latestStart)
    await run(
      pair,
      draw,
      operation("put", newPutRequest({ key: draw.prng.pick([Uint8Array.of(1), Uint8Array.of(122)]) })),
    );
  await watches.compare();
  await watches.prune();
  await run(pair, draw, operation("hashKV", newHashKVRequest({ revision: draw.someRevision() })));
  if (prng.chance(0.5)) await compact(pair, draw);
}

/** Compacts at a revision that there is. Nobody is behind now, so it cancels no watcher. */
async function compact(pair: Pair, draw: Draw): Promise<void> {
  const { prng } = draw;
  const revision = draw.revision - prng.below(Math.min(80, draw.revision - Math.max(draw.compacted, 0)));
  await run(pair, draw, operation("compact", newCompactionRequest({ revision, physical: prng.chance(0.5) })));
  await run(pair, draw, operation("hashKV", newHashKVRequest()));
}

/** Runs one operation and learns from its answer where the store is. */
async function run(pair: Pair, draw: Draw, next: Operation): Promise<void> {
  const response = await pair.run(next);
  if (response === undefined) return;
  const { header } = response as { header?: { revision: number } };
  draw.revision = Math.max(draw.revision, header?.revision ?? 0);
  if (next.name === "compact") draw.compacted = (next.request as { revision: number }).revision;
}

function broken(systems: readonly System[], error: unknown): { short: string; whole: string } {
  const deaths = systems.map((system) => system.deaths()).join("\n");
  const short = `the test could not go on: ${messageOf(error)}`;
  return { short, whole: `${short}\n${deaths}` };
}
