/**
 * Judges the judge: falsifies answers of the subject, one small thing at a time, drawn from the seed. A judge that takes a falsified answer
 * for a right one has a hole. Used by the option `--bite`, with the reference on both sides.
 */
import { Prng } from "@quorate/base";

export class Bite {
  readonly #prng: Prng;
  readonly #chance: number;
  /** How many answers were falsified. */
  count = 0;
  /** Those that were taken for right. */
  readonly missed: string[] = [];

  constructor(seed: number, chance: number) {
    this.#prng = new Prng(seed).fork("bite");
    this.#chance = chance;
  }

  /** The text with one letter or digit changed, now and then. */
  text(text: string): string | undefined {
    if (!this.#prng.chance(this.#chance)) return undefined;
    const places = [...text.matchAll(/[a-z0-9]/gi)];
    const place = places.length === 0 ? undefined : this.#prng.pick(places);
    if (place === undefined) return undefined;
    this.count++;
    const other = place[0] === "7" ? "8" : "7";
    return text.slice(0, place.index) + other + text.slice(place.index + 1);
  }

  /** Changes one leaf of a decoded message in place, now and then. True when it did. */
  message(message: object): boolean {
    if (!this.#prng.chance(this.#chance)) return false;
    const leaves = [...leavesOf(message)];
    if (leaves.length === 0) return false;
    const { owner, key, value } = this.#prng.pick(leaves);
    owner[key] = falsify(value);
    this.count++;
    return true;
  }
}

type Leaf = { readonly owner: Record<string, unknown>; readonly key: string; readonly value: unknown };

/** What is compared exactly: identities and terms are not. */
const IDENTITIES: ReadonlySet<string> = new Set(["clusterId", "memberId", "raftTerm", "kind"]);

function* leavesOf(value: unknown): Generator<Leaf> {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  const owner = value as Record<string, unknown>;
  for (const [key, field] of Object.entries(owner)) {
    if (IDENTITIES.has(key) || field === undefined) continue;
    if (typeof field === "object" && !(field instanceof Uint8Array)) yield* leavesOf(field);
    else yield { owner, key, value: field };
  }
}

function falsify(value: unknown): unknown {
  if (typeof value === "number") return value + 7;
  if (typeof value === "bigint") return value + 7n;
  if (typeof value === "boolean") return !value;
  if (value instanceof Uint8Array) return Uint8Array.of(...value, 7);
  return `${String(value)}7`;
}
