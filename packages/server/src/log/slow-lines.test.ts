import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLogger } from "./logger.ts";
import { SlowLines } from "./slow-lines.ts";

function lab(limits: { readonly applyMs: number; readonly unaryMs: number }): {
  slow: SlowLines;
  lines: () => object[];
} {
  const written: string[] = [];
  const sink = { write: (line: string) => void written.push(line) };
  const logger = createLogger({ level: "info", format: "json" }, { sink, wallMs: () => 0 });
  const lines = (): object[] =>
    written.map((line) => {
      const { level, ts, caller, ...rest } = JSON.parse(line) as Record<string, unknown>;
      assert.deepEqual([level, caller, typeof ts], ["warn", "server", "string"]);
      return rest;
    });
  return { slow: new SlowLines(limits, logger), lines };
}

describe("server/log/slow-lines", () => {
  it("warns of what takes longer than allowed, and of nothing else", () => {
    const { slow, lines } = lab({ applyMs: 100, unaryMs: 300 });
    assert.equal(slow.applied(5, 100, 0), false);
    assert.equal(slow.applied(7, 150.5, 0), true);
    slow.answered("/etcdserverpb.KV/Put", 300, 0);
    slow.answered("/etcdserverpb.KV/Put", 301, 0);
    assert.deepEqual(lines(), [
      { msg: "apply request took too long", took: "150.5ms", "expected-duration": "100ms", entries: 7 },
      { msg: "request stats", "time spent": "301ms", "response type": "/etcdserverpb.KV/Put" },
    ]);
  });

  it("leaves lines out when there are too many, counts them, and still says that it was slow", () => {
    const { slow, lines } = lab({ applyMs: 1, unaryMs: 1 });
    for (let i = 0; i < 100; i++) assert.equal(slow.applied(1, 2, i), true);
    slow.applied(1, 2, 1_000);
    assert.equal(lines().length, 11);
    assert.equal((lines()[10] as { suppressed: number }).suppressed, 90);
  });
});
