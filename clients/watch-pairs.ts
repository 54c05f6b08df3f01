/**
 * Watchers of the differential test: the same ones on both systems, on a few streams. What they tell is compared at moments when all of them
 * have told everything: a stream answers a request for progress only then.
 */
import { newWatchCreateRequest, type WatchCreateRequest } from "@quorate/proto";
import type { Bite } from "./bite.ts";
import type { Draw } from "./draw.ts";
import type { Pair } from "./pair.ts";
import { NONE, WatchLane } from "./watch-lane.ts";
import { describe } from "./wire.ts";

/** Streams; the last is for watchers that begin in the future, which keep a stream from answering. */
const STREAMS = 3;
const MAX_WATCHERS = 10;
const FUTURE = 15;

type Lanes = readonly [WatchLane, WatchLane];

export class WatchPairs {
  readonly #pair: Pair;
  readonly #draw: Draw;
  readonly #bite: Bite | undefined;
  readonly #streams: Lanes[] = [];
  /** The largest revision that a watcher waits for. */
  latestStart = 0;
  watchers = 0;
  events = 0;

  constructor(pair: Pair, draw: Draw, bite: Bite | undefined) {
    this.#pair = pair;
    this.#draw = draw;
    this.#bite = bite;
    for (let i = 0; i < STREAMS; i++) this.#streams.push(this.#open());
  }

  /** Creates a watcher on both sides. */
  async create(): Promise<void> {
    const { prng, revision } = this.#draw;
    const isFuture = prng.chance(0.15);
    const lanes = this.#streams[isFuture ? STREAMS - 1 : prng.below(STREAMS - 1)]!;
    if (lanes[0].active.size >= MAX_WATCHERS) return;
    const startRevision = isFuture ? revision + 1 + prng.below(FUTURE) : this.#pastOrNow();
    if (isFuture) this.latestStart = Math.max(this.latestStart, startRevision);
    const request = this.#request(startRevision, lanes[0]);
    this.#pair.note(`watch ${describe(request)}`);
    this.watchers++;
    const isDoomed = startRevision > 0 && startRevision < this.#draw.compacted;
    if (isDoomed) await this.#createDoomed(request);
    else await Promise.all(lanes.map((lane) => lane.create(request)));
  }

  /**
   * One that begins before what was compacted: the server cancels it by itself. On a stream of its own, because etcd 3.5 makes no progress
   * known any more on a stream that had one.
   */
  async #createDoomed(request: WatchCreateRequest): Promise<void> {
    const lanes = this.#open();
    await Promise.all(
      lanes.map(async (lane) => {
        await lane.create(request);
        await lane.until(() => lane.active.size === 0, "a watcher to be cancelled");
      }),
    );
    this.#compareLogs(STREAMS, lanes);
    for (const lane of lanes) lane.close();
  }

  /** Waits until every watcher has told everything, and compares. The revision is beyond every start. */
  async compare(): Promise<void> {
    const { revision } = this.#draw;
    for (const [i, lanes] of this.#streams.entries()) {
      await Promise.all(lanes.map((lane) => lane.synced(revision)));
      this.#compareLogs(i, lanes);
    }
  }

  /** Cancels some watchers, and now and then closes a stream with all of its own. Right after `compare`. */
  async prune(): Promise<void> {
    const { prng } = this.#draw;
    for (const [i, lanes] of this.#streams.entries()) {
      const count = lanes[0].active.size;
      const ids = [...lanes[0].active].filter(() => prng.chance(count > MAX_WATCHERS / 2 ? 0.6 : 0.2));
      for (const watchId of [...ids, ...(prng.chance(0.3) ? [4_711] : [])]) {
        this.#pair.note(`cancel watcher ${watchId} of stream ${i}`);
        await Promise.all(lanes.map((lane) => lane.cancel(watchId)));
      }
      this.#compareLogs(i, lanes);
      if (!prng.chance(0.2)) continue;
      for (const lane of lanes) lane.close();
      this.#streams[i] = this.#open();
    }
  }

  #open(): Lanes {
    const [reference, subject] = this.#pair.clients;
    return [new WatchLane(reference, undefined), new WatchLane(subject, this.#bite)];
  }

  #pastOrNow(): number {
    const { prng, revision, compacted } = this.#draw;
    const choice = prng.below(10);
    if (choice < 4) return 0;
    if (choice < 8) return Math.max(1, compacted, revision - prng.below(60));
    return choice < 9 ? Math.max(1, compacted - prng.below(3)) : prng.pick([1, -1, revision]);
  }

  #request(startRevision: number, lane: WatchLane): WatchCreateRequest {
    const { prng } = this.#draw;
    const key = this.#draw.key();
    const watchIds = [...lane.active, prng.below(30), 2 ** 40];
    return newWatchCreateRequest({
      key,
      rangeEnd: this.#draw.rangeEnd(key) ?? new Uint8Array(),
      startRevision,
      progressNotify: prng.chance(0.2),
      filters: ([0, 1] as const).filter(() => prng.chance(0.12)),
      prevKv: prng.chance(0.4),
      watchId: prng.chance(0.2) ? prng.pick(watchIds) : 0,
      fragment: prng.chance(0.2),
    });
  }

  #compareLogs(stream: number, [expected, actual]: Lanes): void {
    const ids = new Set([...expected.logs.keys(), ...actual.logs.keys()]);
    for (const id of ids) {
      const [a, b] = [expected, actual].map((lane) => (lane.logs.get(id) ?? []).join("\n"));
      this.#pair.same(
        id === NONE ? `what stream ${stream} said of no watcher` : `watcher ${id} of stream ${stream}`,
        a!,
        b!,
      );
    }
    this.events += expected.events;
    expected.events = 0;
    for (const lane of [expected, actual]) lane.logs.clear();
  }
}
