/** What chance would not play: a lease that expires, a large transaction in fragments. Both systems, the same comparison. */
import { newDeleteRangeRequest, newLeaseGrantRequest, newPutRequest, newWatchCreateRequest } from "@quorate/proto";
import type { Pair } from "./pair.ts";
import { WatchLane } from "./watch-lane.ts";
import { operation } from "./wire.ts";

const EXPIRING = 4_242n;
const LARGE_KEYS = 12;
const LARGE_BYTES = 500_000;

/** Plays every scene. @throws Parted */
export async function judgeScenes(pair: Pair): Promise<void> {
  await expire(pair);
  await fragment(pair);
}

/** A lease of the least TTL runs out: its keys go in one revision, in order, and every watcher hears of it. */
async function expire(pair: Pair): Promise<void> {
  const put = (key: string, lease: bigint): Promise<unknown> =>
    pair.run(operation("put", newPutRequest({ key: bytes(key), value: bytes("x"), lease })));
  await pair.run(operation("leaseGrant", newLeaseGrantRequest({ ID: EXPIRING, TTL: 1 })));
  const lanes = pair.clients.map((client) => new WatchLane(client, undefined));
  const request = newWatchCreateRequest({ key: bytes("expire/"), rangeEnd: bytes("expire0"), prevKv: true });
  await Promise.all(lanes.map((lane) => lane.create(request)));
  for (const key of ["expire/b", "expire/a", "expire/c"]) await put(key, EXPIRING);
  await Promise.all(lanes.map((lane) => lane.until(() => lane.events >= 6, "three keys to expire")));
  await put("expire/again", EXPIRING);
  compareLanes(pair, "a lease that expires", lanes);
}

/** A deletion whose old values are larger than a response may be: whole for one watcher, in fragments for the other. */
async function fragment(pair: Pair): Promise<void> {
  for (let i = 0; i < LARGE_KEYS; i++) {
    const value = new Uint8Array(LARGE_BYTES).fill(i);
    await pair.run(operation("put", newPutRequest({ key: bytes(`large/${i}`), value })));
  }
  const lanes = pair.clients.map((client) => new WatchLane(client, undefined));
  const range = { key: bytes("large/"), rangeEnd: bytes("large0"), prevKv: true };
  for (const fragment of [false, true])
    await Promise.all(lanes.map((lane) => lane.create(newWatchCreateRequest({ ...range, fragment }))));
  await pair.run(operation("deleteRange", newDeleteRangeRequest({ key: range.key, rangeEnd: range.rangeEnd })));
  const isAll = (lane: WatchLane) => () => lane.events >= 2 * LARGE_KEYS;
  await Promise.all(lanes.map((lane) => lane.until(isAll(lane), "large events")));
  compareLanes(pair, "large events", lanes);
  const [expected, actual] = lanes.map((lane) => String(lane.fragments > 0));
  pair.same("whether there were fragments", expected!, actual!);
}

function compareLanes(pair: Pair, what: string, lanes: readonly WatchLane[]): void {
  const [expected, actual] = lanes.map((lane) => {
    const logs = [...lane.logs].sort(([a], [b]) => a - b);
    return logs.map(([id, log]) => `watcher ${id}:\n${log.join("\n")}`).join("\n");
  });
  pair.same(what, expected!, actual!);
  for (const lane of lanes) lane.close();
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
}
