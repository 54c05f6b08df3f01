import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodePutRequest } from "@quorate/proto";
import { Puts, putOf, VALUE_BYTES } from "./messages.ts";

const KEYS = 1_000;

describe("bench/messages", () => {
  it("writes the digits of a put where the codec would", () => {
    const puts = new Puts(100_000_000);
    for (const key of [0, 7_919, 15_838]) assert.deepEqual(puts.next(), putOf(key));
  });

  it("puts every key once before it puts one again", () => {
    const puts = new Puts(KEYS);
    const seen = new Set<string>();
    for (let i = 0; i < KEYS; i++) {
      const { key, value } = decodePutRequest(puts.next());
      assert.equal(value.length, VALUE_BYTES);
      seen.add(new TextDecoder().decode(key));
    }
    assert.equal(seen.size, KEYS);
  });
});
