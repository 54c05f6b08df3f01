/** Content of backend images for tests: buckets of pairs, in order, drawn or made to measure. */
import { compareBytes, type Prng } from "@quorate/base";

/** A bucket and all its pairs. */
export type SampleBucket = {
  readonly name: Uint8Array;
  readonly sequence: number;
  readonly pairs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
};

/** The bytes of a text. */
export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The sizes of these buckets, as the plan of an image wants them. */
export function* sizesOf(buckets: readonly SampleBucket[]): Generator<{
  readonly name: Uint8Array;
  readonly pairs: readonly { readonly keyBytes: number; readonly valueBytes: number }[];
}> {
  for (const { name, pairs } of buckets)
    yield { name, pairs: pairs.map(({ key, value }) => ({ keyBytes: key.length, valueBytes: value.length })) };
}

/** `count` pairs in order, with lengths below these. Fewer where keys coincide. */
export function samplePairs(prng: Prng, count: number, keyMax: number, valueMax: number): SampleBucket["pairs"] {
  const pairs: { key: Uint8Array; value: Uint8Array }[] = [];
  for (let i = 0; i < count; i++)
    pairs.push({ key: sampleBytes(prng, 1 + prng.below(keyMax)), value: sampleBytes(prng, prng.below(valueMax + 1)) });
  pairs.sort((a, b) => compareBytes(a.key, b.key));
  return pairs.filter(({ key }, i) => i === 0 || compareBytes(pairs[i - 1]!.key, key) !== 0);
}

/** Few long keys and values among many short ones, in buckets of all sizes. */
export function sampleBuckets(prng: Prng): SampleBucket[] {
  const names = samplePairs(prng, prng.below(12), prng.chance(0.1) ? 3_000 : 20, 0).map(({ key }) => key);
  return names.map((name) => {
    const count = prng.pick([0, 1, 2, 5, 50, 500]);
    const keyMax = prng.pick([3, 18, 200, 2_000]);
    const valueMax = prng.pick([0, 10, 300, 5_000]);
    return { name, sequence: prng.chance(0.5) ? 0 : prng.uint32(), pairs: samplePairs(prng, count, keyMax, valueMax) };
  });
}

/** Bytes that differ in their first few, which is where keys do, and cost little to draw. */
function sampleBytes(prng: Prng, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(prng.below(256));
  for (let i = 0; i < Math.min(length, 8); i++) bytes[i] = prng.below(256);
  return bytes;
}
