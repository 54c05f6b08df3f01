import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type LmdbBackend, openLmdbBackend } from "@quorate/storage";
import { openLog } from "../log/node-log.ts";
import { defragmentAtStart } from "./node-defragment-at-start.ts";

const MEGABYTE = 1024 * 1024;

describe("server/bootstrap/node-defragment-at-start", () => {
  const base = mkdtempSync(join(tmpdir(), "quorate-defragment-at-start-"));
  after(() => rmSync(base, { recursive: true }));

  /** A backend with two to four free megabytes. */
  async function holed(name: string): Promise<LmdbBackend> {
    let finished = (): void => {};
    const backend = await openLmdbBackend({
      file: join(base, name),
      mapSizeBytes: 256 * MEGABYTE,
      onCommitted: () => finished(),
      onFailure: (error) => assert.fail(error),
    });
    const commit = (index: number): Promise<void> =>
      new Promise((resolve) => {
        finished = resolve;
        assert.ok(backend.startCommit({ index, term: 1 }));
      });
    const key = (i: number) => Uint8Array.of(1, i);
    for (let i = 0; i < 200; i++) backend.put("key", key(i), new Uint8Array(15_000));
    await commit(1);
    for (let i = 0; i < 200; i++) backend.delete("key", key(i));
    await commit(2);
    return backend;
  }

  async function run(name: string, freeMegabytes: number): Promise<{ sizes: [number, number]; lines: string[] }> {
    const file = join(base, `${name}.log`);
    const log = openLog({ level: "info", format: "json", outputs: [file] });
    const backend = await holed(name);
    const before = backend.stats.sizeBytes;
    await defragmentAtStart(backend, { freeMegabytes, logger: log.logger });
    const sizes: [number, number] = [before, backend.stats.sizeBytes];
    await backend.close();
    log.close();
    return { sizes, lines: readFileSync(file, "utf8").split("\n").slice(0, -1) };
  }

  it("gives back what is free where it is as much as was asked for, and says so", async () => {
    const { sizes, lines } = await run("enough", 2);
    assert.ok(sizes[0] > 2 * MEGABYTE && sizes[1] < MEGABYTE, `${sizes[0]} bytes, then ${sizes[1]}`);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).msg),
      ["finished defragmenting before serving"],
    );
  });

  it("skips it where less is free, in the line that etcd writes", async () => {
    const { sizes, lines } = await run("less", 1_000);
    assert.equal(sizes[1], sizes[0]);
    const [line] = lines.map((text) => JSON.parse(text));
    assert.equal(line.msg, "Skipping defragmentation");
    assert.equal(line["current-db-size-bytes"], sizes[0]);
    assert.equal(line["experimental-bootstrap-defrag-threshold-bytes"], 1_000 * MEGABYTE);
  });

  it("does nothing and says nothing where it is off", async () => {
    const { sizes, lines } = await run("off", 0);
    assert.equal(sizes[1], sizes[0]);
    assert.deepEqual(lines, []);
  });
});
