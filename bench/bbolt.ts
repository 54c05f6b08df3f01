/** A snapshot of the backend as a bbolt image: planned, written, and read again. Content like etcd's key bucket: revisions, small values. */
import { BboltImage, type BucketPairs, bytesSource, encodeImage, type Pair, planImage } from "@quorate/storage";
import { atLeast, medianSeconds, type Result } from "./measure.ts";

const PAIRS = 100_000;
const KEY_BYTES = 17;
const VALUE_BYTES = 300;
const MEGA = 1e6;
const NAME = Uint8Array.of(0x6b, 0x65, 0x79);

/** Revisions in order; the one pair is reused, as a cursor over a store does. */
function* pairs(): Generator<Pair> {
  const pair = { key: new Uint8Array(KEY_BYTES), value: new Uint8Array(VALUE_BYTES).fill(7) };
  const view = new DataView(pair.key.buffer);
  for (let i = 0; i < PAIRS; i++) {
    view.setUint32(4, i);
    yield pair;
  }
}

function* sizes(): Generator<{ readonly keyBytes: number; readonly valueBytes: number }> {
  const size = { keyBytes: KEY_BYTES, valueBytes: VALUE_BYTES };
  for (let i = 0; i < PAIRS; i++) yield size;
}

export function benchBbolt(): Result[] {
  const plan = planImage([{ name: NAME, pairs: sizes() }]);
  const image = new Uint8Array(plan.byteLength);
  const write = (): void => {
    let at = 0;
    const buckets: BucketPairs[] = [{ name: NAME, pairs: pairs() }];
    for (const chunk of encodeImage(plan, buckets)) {
      image.set(chunk, at);
      at += chunk.length;
    }
  };
  write();
  const read = (): void => {
    let count = 0;
    for (const bucket of new BboltImage(bytesSource(image)).buckets()) for (const _ of bucket.pairs()) count++;
    if (count !== PAIRS) throw new Error("the image lost pairs");
  };
  const megabytes = plan.byteLength / MEGA;
  const planSeconds = medianSeconds(() => void planImage([{ name: NAME, pairs: sizes() }]));
  return [
    atLeast("bbolt/plan", megabytes / planSeconds, "MB/s", 1_000),
    atLeast("bbolt/write", megabytes / medianSeconds(write), "MB/s", 200),
    atLeast("bbolt/read", megabytes / medianSeconds(read), "MB/s", 200),
  ];
}
