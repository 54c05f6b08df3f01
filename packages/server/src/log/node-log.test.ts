import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { hasCode } from "@quorate/base";
import { openLog } from "./node-log.ts";

const MODULE = JSON.stringify(join(import.meta.dirname, "node-log.js"));

/** A process that runs `body` with a log on standard error. */
function start(body: string, stderr: "pipe" | number = "pipe"): ChildProcess {
  const program = `import { openLog } from ${MODULE};
    const log = openLog({ level: "info", format: "console", outputs: ["stderr"] });
    const { logger } = log;
    ${body}`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", stderr] });
}

describe("server/log/node-log", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "quorate-log-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it("appends to every file, batches a turn's lines, and writes urgent ones at once", async () => {
    const paths = [join(dir, "a.log"), join(dir, "b.log")];
    const log = openLog({ level: "info", format: "console", outputs: paths });
    const messages = (path: string) =>
      [...readFileSync(path, "utf8").matchAll(/server\t(\w+)\n/g)].map(([, word]) => word);
    log.logger.info("one");
    log.logger.info("two");
    assert.deepEqual(messages(paths[0] ?? ""), []);
    await turn();
    assert.deepEqual(messages(paths[0] ?? ""), ["one", "two"]);
    log.logger.info("three");
    log.logger.fatal("four");
    for (const path of paths) assert.deepEqual(messages(path), ["one", "two", "three", "four"]);
    log.logger.info("five");
    log.close();
    log.close();
    log.logger.fatal("late");
    for (const path of paths) assert.deepEqual(messages(path), ["one", "two", "three", "four", "five"]);
    assert.equal(statSync(paths[0] ?? "").mode & 0o777, 0o600);
    const again = openLog({ level: "info", format: "console", outputs: paths.slice(0, 1) });
    again.logger.error("six");
    again.close();
    assert.equal(messages(paths[0] ?? "").at(-1), "six");
  });

  it("says which file cannot be opened", () => {
    const path = join(dir, "no", "such.log");
    assert.throws(
      () => openLog({ level: "info", format: "json", outputs: [join(dir, "ok.log"), path] }),
      (error) => hasCode(error, "LogOpenFailed") && error.message.startsWith(`the log ${path} cannot be opened: `),
    );
  });

  it("survives a disk that takes nothing", () => {
    const log = openLog({ level: "info", format: "json", outputs: ["/dev/full"] });
    for (let i = 0; i < 100; i++) log.logger.error("x");
    log.close();
  });

  it("gets a fatal line out before the process ends", async () => {
    const child = start(`logger.info("first"); logger.fatal("last"); process.exit(3);`);
    let text = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 3);
    assert.match(text, /first\n.*last\n$/);
  });

  it("writes what is left when the process ends by itself or is told to", async () => {
    for (const end of ["", "process.exit(0);"]) {
      const child = start(`logger.info("only"); ${end}`);
      let text = "";
      child.stderr?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      await new Promise((resolve) => child.on("close", resolve));
      assert.match(text, /only\n$/);
    }
  });

  it("does not wait for the reader of a pipe that takes nothing: it keeps a bounded backlog and counts the rest", async () => {
    const fifo = join(dir, "fifo");
    spawnSync("mkfifo", [fifo]);
    const readEnd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(fifo, "w");
    // 8 MiB of lines into a pipe that nobody reads; "done" comes on the other stream.
    const child = start(
      `for (let i = 0; i < 8192; i++) logger.info("x".repeat(1000));
      process.stdout.write("done");
      setInterval(() => logger.info("room again"), 20);
      process.on("SIGTERM", () => { log.close(); process.exit(0); });`,
      writeEnd,
    );
    closeSync(writeEnd);
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    const reader = new Socket({ fd: readEnd, readable: true, writable: false });
    let text = "";
    for await (const chunk of reader) {
      text += String(chunk);
      if (/were dropped[\s\S]*room again/.test(text)) child.kill("SIGTERM");
    }
    const lines = text.split("\n");
    const dropped = lines
      .map((line) => Number(/^(\d+) log lines were dropped/.exec(line)?.[1] ?? 0))
      .reduce((a, b) => a + b);
    const kept = lines.filter((line) => line.endsWith("xxx")).length;
    assert.ok(kept > 500, `${kept} lines kept`);
    // Lines of the timer may be among the dropped.
    assert.ok(kept + dropped >= 8192, `${kept} kept, ${dropped} dropped`);
    assert.ok(kept < 4096, `${kept} lines kept`);
  });
});
