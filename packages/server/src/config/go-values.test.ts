import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatGoDuration, parseGoBool, parseGoDuration, parseGoInt } from "./go-values.ts";

describe("server/config/go-values", () => {
  for (const [text, value] of [
    ["1", true],
    ["t", true],
    ["TRUE", true],
    ["True", true],
    ["0", false],
    ["F", false],
    ["False", false],
    ["yes", undefined],
    ["tRUE", undefined],
    ["", undefined],
  ] as const) {
    it(`reads the boolean "${text}"`, () => {
      assert.deepEqual(parseGoBool(text), value === undefined ? { problem: "parse error" } : { value });
    });
  }

  const anySign = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  for (const [text, expected] of [
    ["0", 0],
    ["10", 10],
    ["+7", 7],
    ["-7", -7],
    ["0x1F", 31],
    ["0b101", 5],
    ["0o17", 15],
    ["017", 15],
    ["0x1_f", 31],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["9007199254740992", "value out of range"],
    ["99999999999999999999", "value out of range"],
    ["1_0", "parse error"],
    ["08", "parse error"],
    ["0x", "parse error"],
    ["1e3", "parse error"],
    ["1.5", "parse error"],
    ["a", "parse error"],
    [" 1", "parse error"],
    ["--1", "parse error"],
    ["", "parse error"],
  ] as const) {
    it(`reads the whole number "${text}"`, () => {
      const wanted = typeof expected === "number" ? { value: expected } : { problem: expected };
      assert.deepEqual(parseGoInt(text, anySign), wanted);
    });
  }

  it("takes no sign where a number must not be negative", () => {
    const bounds = { min: 0, max: 10 };
    assert.deepEqual(parseGoInt("-1", bounds), { problem: "parse error" });
    assert.deepEqual(parseGoInt("+1", bounds), { problem: "parse error" });
    assert.deepEqual(parseGoInt("10", bounds), { value: 10 });
    assert.deepEqual(parseGoInt("11", bounds), { problem: "value out of range" });
  });

  it("reads back every whole number that it is given", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => assert.deepEqual(parseGoInt(`${n}`, anySign), { value: n })));
  });

  for (const [text, ms] of [
    ["0", 0],
    ["100ms", 100],
    ["1m30s", 90_000],
    ["2.5h", 9_000_000],
    [".5s", 500],
    ["1.s", 1_000],
    ["-2s", -2_000],
    ["1h0m0.25s", 3_600_250],
    ["1000us", 1],
    ["1000\u00b5s", 1],
    ["1000000ns", 1],
    ["5", undefined],
    ["s", undefined],
    [".s", undefined],
    ["1d", undefined],
    ["1 s", undefined],
    ["", undefined],
    ["-", undefined],
    ["99999999999h", undefined],
  ] as const) {
    it(`reads the duration "${text}"`, () => {
      assert.deepEqual(parseGoDuration(text), ms === undefined ? { problem: "parse error" } : { value: ms });
    });
  }

  for (const [ms, text] of [
    [0, "0s"],
    [0.0005, "500ns"],
    [0.25, "250\u00b5s"],
    [1.5, "1.5ms"],
    [100, "100ms"],
    [1_000, "1s"],
    [1_500, "1.5s"],
    [60_000, "1m0s"],
    [7_200_000, "2h0m0s"],
    [5_445_250, "1h30m45.25s"],
    [-2_000, "-2s"],
  ] as const) {
    it(`prints ${ms} ms as ${text}`, () => {
      assert.equal(formatGoDuration(ms), text);
    });
  }

  it("reads back the durations that it prints", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => {
        const read = parseGoDuration(formatGoDuration(ms));
        assert.ok("value" in read);
        assert.ok(Math.abs(read.value - ms) < 1e-3, `${ms} became ${read.value}`);
      }),
    );
  });
});
