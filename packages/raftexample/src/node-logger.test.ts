import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createStderrLogger } from "./node-logger.ts";

/** What `body` writes to standard error. */
function written(body: () => void): string[] {
  const lines: string[] = [];
  const write = process.stderr.write;
  process.stderr.write = (chunk: string | Uint8Array): boolean => lines.push(String(chunk)) > 0;
  try {
    body();
  } finally {
    process.stderr.write = write;
  }
  return lines;
}

describe("raftexample/node-logger", () => {
  it("writes one line each, with time, level and who", () => {
    const lines = written(() => {
      const logger = createStderrLogger("member 7", true);
      logger.debug("d");
      logger.info("i");
      logger.warn("w");
      logger.error("e");
    });
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
    for (const line of lines) assert.match(line, time);
    assert.deepEqual(
      lines.map((line) => line.replace(time, "")),
      ["DEBUG member 7: d\n", "INFO member 7: i\n", "WARN member 7: w\n", "ERROR member 7: e\n"],
    );
  });

  it("keeps debug lines to itself unless asked", () => {
    assert.deepEqual(
      written(() => createStderrLogger("member 7", false).debug("d")),
      [],
    );
  });
});
