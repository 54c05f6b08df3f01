import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Exposition, formatNumber } from "./exposition.ts";
import { Histogram } from "./histogram.ts";

describe("server/exposition", () => {
  it("writes numbers as Go does", () => {
    const cases: readonly [number, string][] = [
      [0, "0"],
      [-0, "0"],
      [1, "1"],
      [-2.5, "-2.5"],
      [999999, "999999"],
      [1e6, "1e+06"],
      [1234567, "1.234567e+06"],
      [2147483648, "2.147483648e+09"],
      [2 ** 64, "1.8446744073709552e+19"],
      [0.0001, "0.0001"],
      [0.00001, "1e-05"],
      [3.1060000000000004e-6, "3.1060000000000004e-06"],
      [1e100, "1e+100"],
      [Number.POSITIVE_INFINITY, "+Inf"],
      [Number.NEGATIVE_INFINITY, "-Inf"],
      [Number.NaN, "NaN"],
    ];
    for (const [value, text] of cases) assert.equal(formatNumber(value), text);
  });

  it("lists families by name, each with its head", () => {
    const text = new Exposition().gauge("b", "Two.", 2).counter("a", "One.", 1).text();
    assert.equal(text, "# HELP a One.\n# TYPE a counter\na 1\n# HELP b Two.\n# TYPE b gauge\nb 2\n");
  });

  it("leaves out a family without series", () => {
    assert.equal(new Exposition().family("a", "gauge", "None.").text(), "");
  });

  it("makes the buckets of a histogram cumulative", () => {
    const histogram = new Histogram([1, 10]);
    for (const value of [0.5, 1, 5, 50]) histogram.observe(value);
    const text = new Exposition().family("h", "histogram", "H.").buckets(histogram, ["To", "1a"]).text();
    assert.deepEqual(text.split("\n").slice(2, -1), [
      'h_bucket{To="1a",le="1"} 2',
      'h_bucket{To="1a",le="10"} 3',
      'h_bucket{To="1a",le="+Inf"} 4',
      'h_sum{To="1a"} 56.5',
      'h_count{To="1a"} 4',
    ]);
  });

  it("escapes what a label may not hold", () => {
    const text = new Exposition().family("a", "gauge", "A.").sample(1, ["x", 'a"b\\c\nd']).text();
    assert.equal(text.split("\n")[2], 'a{x="a\\"b\\\\c\\nd"} 1');
  });
});
