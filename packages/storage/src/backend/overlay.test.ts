import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { latin1FromBytes, type Prng } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import { Overlay } from "./overlay.ts";

type Model = Map<string, string | undefined>;

const CHANGES = 3_000;
const KEYS = 400;

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Two bytes in rising order, some with a byte more, which lie between their neighbours. */
function keyOf(number: number, longer: boolean): string {
  return String.fromCharCode(number >> 8, number & 255) + (longer ? "t" : "");
}

/** What a cursor shows, each key once and in order. */
function shown(overlay: Overlay, from: string, to: string | undefined): [string, string | undefined][] {
  const cursor = overlay.changes("key", bytes(from), to === undefined ? undefined : bytes(to));
  const found: [string, string | undefined][] = [];
  for (; cursor?.current !== undefined; cursor.next()) {
    const { key, value } = cursor.current;
    found.push([latin1FromBytes(key), value && latin1FromBytes(value)]);
  }
  return found;
}

function expected(model: Model, from: string, to: string | undefined): [string, string | undefined][] {
  return [...model]
    .filter(([key]) => key >= from && (to === undefined || key < to))
    .sort(([x], [y]) => (x < y ? -1 : 1));
}

function drawKey(prng: Prng, newest: number): string {
  return keyOf(prng.chance(0.7) ? newest : prng.below(KEYS), prng.chance(0.2));
}

describe("storage/backend/overlay", () => {
  it("agrees with a map of changes, sealed ones under open ones", () => {
    withSeed("storage/backend/overlay", ({ prng }) => {
      const overlay = new Overlay();
      let open: Model = new Map();
      let sealed: Model = new Map();
      let newest = 0;
      for (let i = 0; i < CHANGES; i++) {
        newest = prng.chance(0.6) ? Math.min(newest + 1, KEYS) : newest;
        const key = drawKey(prng, newest);
        const value = prng.chance(0.2) ? undefined : `${i}${"v".repeat(prng.chance(0.02) ? 20_000 : prng.below(40))}`;
        overlay.set("key", bytes(key), value === undefined ? undefined : bytes(value));
        open.set(key, value);
        if (prng.chance(0.005)) {
          overlay.dropSealed();
          overlay.seal();
          sealed = open;
          open = new Map();
          newest = prng.chance(0.5) ? 0 : newest;
        }
        const all: Model = new Map([...sealed, ...open]);
        const asked = drawKey(prng, newest);
        const found = overlay.get("key", bytes(asked));
        assert.equal(found !== undefined, all.has(asked));
        assert.equal(found?.value && latin1FromBytes(found.value), all.get(asked));
        if (i % 50 > 0) continue;
        const [from, to] = [drawKey(prng, newest), prng.chance(0.3) ? undefined : drawKey(prng, newest)];
        assert.deepEqual(shown(overlay, from, to), expected(all, from, to));
      }
    });
  });

  it("keeps what it was given and what it gave out, whatever the caller does with his arrays", () => {
    const overlay = new Overlay();
    const [key, value] = [bytes("a"), bytes("1")];
    overlay.set("key", key, value);
    const first = overlay.get("key", bytes("a"))?.value;
    value[0] = 50;
    overlay.set("key", key, value);
    value[0] = 51;
    overlay.set("key", bytes("b"), value);
    key[0] = 122;
    overlay.seal();
    overlay.dropSealed();
    assert.equal(first && latin1FromBytes(first), "1");
    overlay.set("key", bytes("a"), value);
    overlay.set("key", bytes("a"), bytes("4"));
    assert.deepEqual(shown(overlay, "", undefined), [["a", "4"]]);
  });
});
