import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatNumber } from "./exposition.ts";
import { exponentialBounds, Histogram } from "./histogram.ts";

describe("server/histogram", () => {
  it("counts what lies at or below each bound and above the one before, as a naive model does", () => {
    const bounds = [-1, 0, 0.5, 3, 100];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...bounds), fc.double({ noNaN: true, min: -5, max: 200 }))),
        (values) => {
          const histogram = new Histogram(bounds);
          for (const value of values) histogram.observe(value);
          const edges = [Number.NEGATIVE_INFINITY, ...bounds, Number.POSITIVE_INFINITY];
          const expected = edges.slice(1).map((edge, i) => values.filter((v) => v > edges[i]! && v <= edge).length);
          assert.deepEqual(Array.from(histogram.counts), expected);
          assert.equal(histogram.count, values.length);
          assert.equal(
            histogram.sum,
            values.reduce((sum, value) => sum + value, 0),
          );
        },
      ),
    );
  });

  it("puts what is beyond all bounds, and what is no number, where it shows", () => {
    const histogram = new Histogram([1, 2]);
    histogram.observe(Number.POSITIVE_INFINITY);
    histogram.observe(3);
    assert.deepEqual(Array.from(histogram.counts), [0, 0, 2]);
  });

  it("has bounds whose text is that of etcd's labels", () => {
    const text = (start: number, factor: number, count: number) =>
      exponentialBounds(start, factor, count).map(formatNumber);
    assert.deepEqual(text(0.001, 2, 14), [
      ..."0.001 0.002 0.004 0.008 0.016 0.032 0.064 0.128 0.256 0.512 1.024 2.048 4.096 8.192".split(" "),
    ]);
    assert.deepEqual(text(0.0001, 2, 20).slice(-3), ["13.1072", "26.2144", "52.4288"]);
    assert.deepEqual(text(1, 2, 24).slice(-5), [
      "524288",
      "1.048576e+06",
      "2.097152e+06",
      "4.194304e+06",
      "8.388608e+06",
    ]);
    assert.deepEqual(text(0.01, 2, 17).slice(-2), ["327.68", "655.36"]);
  });

  it("refuses bounds that do not rise", () => {
    assert.throws(() => new Histogram([1, 1]), /must rise/);
    assert.throws(() => exponentialBounds(1, 1, 3), /must rise/);
  });
});
