import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "@quorate/testkit";
import { ProcessReader } from "./node-process-figures.ts";

const isLinux = process.platform === "linux";

describe("server/node-process-figures", () => {
  it("says what this process uses", () => {
    const reader = new ProcessReader();
    const figures = reader.read();
    reader.close();
    assert.equal(figures.runtimeVersion, `node${process.versions.node}`);
    assert.ok(figures.cpuSeconds > 0);
    assert.ok(figures.residentBytes > 1e6);
    assert.ok(Math.abs(figures.startTimeSeconds * 1000 - (Date.now() - performance.now())) < 60_000);
    if (!isLinux) return;
    assert.ok(figures.virtualBytes !== undefined && figures.virtualBytes > figures.residentBytes);
    assert.ok(figures.openFds !== undefined && figures.openFds > 2);
    assert.ok(figures.maxFds !== undefined && figures.maxFds >= figures.openFds);
    assert.ok(figures.virtualMaxBytes !== undefined && figures.virtualMaxBytes > 0);
    assert.ok(figures.networkReceivedBytes !== undefined && figures.networkReceivedBytes >= 0);
  });

  it("sees that the event loop was held", async () => {
    const reader = new ProcessReader();
    const largest = (): number => reader.read().eventLoopDelay.quantiles.at(-1)?.seconds ?? 0;
    try {
      await until(() => reader.read().eventLoopDelay.count > 0, "a first sample");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80);
      await until(
        () => largest() >= 0.05,
        () => `a delay of 50 ms; it says ${largest()}`,
      );
      const { quantiles, sum } = reader.read().eventLoopDelay;
      assert.deepEqual(
        quantiles.map(({ quantile }) => quantile),
        [0.5, 0.99, 0.999],
      );
      assert.ok(quantiles[0]!.seconds <= quantiles[2]!.seconds);
      assert.ok(sum >= 0.05);
    } finally {
      reader.close();
    }
  });
});
