import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Figures, ROWS, type Row, type RowName, verdict } from "./figures.ts";

const row = (name: RowName): Row => ROWS.find((one) => one.name === name) as Row;

describe("bench/figures", () => {
  it("takes the middle of an odd number of rounds, and the mean of the two in the middle of an even one", () => {
    const figures = new Figures();
    for (const value of [9, 1, 4]) figures.add("etcd", "put3", value);
    for (const value of [4, 10, 2, 8]) figures.add("ours", "put3", value);
    assert.equal(figures.median("etcd", "put3"), 4);
    assert.equal(figures.median("ours", "put3"), 6);
    assert.equal(figures.first("etcd", "put3"), 9);
    assert.deepEqual(figures.spread("ours", "put3"), [2, 10]);
    assert.equal(figures.median("ours", "get3"), undefined);
  });

  it("wants a throughput to reach its bounds from above, and a cost from below", () => {
    for (const [name, ratio, want] of [
      ["put3", 2.99, "missed"],
      ["put3", 3, "met"],
      ["put3", 4, "aim"],
      ["cpu3", 0.41, "missed"],
      ["cpu3", 0.4, "met"],
      ["cpu3", 0.25, "aim"],
    ] as const)
      assert.equal(verdict(row(name), ratio, 1), want, `${name} ${ratio}`);
  });

  it("judges a row without a ratio by its own figure, and nothing that was not measured", () => {
    assert.equal(verdict(row("loop"), undefined, 50), "met");
    assert.equal(verdict(row("loop"), undefined, 51), "missed");
    assert.equal(verdict(row("loop"), undefined, undefined), undefined);
    assert.equal(verdict(row("put3"), undefined, 1), undefined);
    assert.equal(verdict(row("keys3"), 9, 1), undefined);
  });
});
