import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LOW_DISK_BYTES } from "@quorate/storage";
import { DiskWatch } from "./disk-watch.ts";
import { createLogger } from "./log/logger.ts";

/** A watch over disks whose free bytes the test sets; undefined: they cannot be told. */
function lab(free: Record<string, number | undefined>) {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
  const raised: string[] = [];
  const watch = new DiskWatch({
    dirs: Object.keys(free),
    freeBytes: async (dir) => free[dir] ?? Promise.reject(new Error("gone")),
    onLow: () => raised.push("low"),
    logger: createLogger({ level: "info", format: "json" }, { sink, wallMs: () => 0 }),
  });
  return { watch, lines, raised, free };
}

describe("server/disk-watch", () => {
  it("asks for the alarm at each look that finds too little room, and says so once", async () => {
    const { watch, lines, raised, free } = lab({ data: LOW_DISK_BYTES });
    await watch.look();
    assert.deepEqual([watch.isLow, raised.length, lines], [false, 0, []]);
    free["data"] = LOW_DISK_BYTES - 1;
    await watch.look();
    await watch.look();
    assert.deepEqual([watch.isLow, raised.length], [true, 2]);
    assert.deepEqual(lines, ["too little room is left on the disk; raising the NOSPACE alarm"]);
  });

  it("believes in room again only once there is clearly enough", async () => {
    const { watch, lines, raised, free } = lab({ data: 0 });
    await watch.look();
    free["data"] = LOW_DISK_BYTES;
    await watch.look();
    assert.deepEqual([watch.isLow, raised.length], [true, 2]);
    free["data"] = 2 * LOW_DISK_BYTES;
    await watch.look();
    assert.deepEqual([watch.isLow, raised.length], [false, 2]);
    assert.equal(lines[1], "there is room on the disk again; the NOSPACE alarm can be disarmed");
  });

  it("takes the fuller one of two disks, and one that cannot be told for one with room", async () => {
    const { watch, lines, raised } = lab({ gone: undefined, data: 2 * LOW_DISK_BYTES, wal: 1 });
    await watch.look();
    await watch.look();
    assert.deepEqual([watch.isLow, raised.length], [true, 2]);
    assert.deepEqual(lines, [
      "cannot tell how much room is left on the disk",
      "too little room is left on the disk; raising the NOSPACE alarm",
    ]);
  });
});
