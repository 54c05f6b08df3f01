import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";

const RUN = JSON.stringify(join(import.meta.dirname, "node-run.js"));
const LOG = JSON.stringify(join(import.meta.dirname, "log/node-log.js"));

type Ended = { readonly code: number | null; readonly signal: string | null; readonly err: string };

/** A process around a member that `body` makes: `end` settles its end, `stop` is what a signal calls. */
function start(body: string): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const program = `import { failOnUncaught, runToEnd } from ${RUN};
    import { openLog } from ${LOG};
    const log = openLog({ level: "info", format: "json", outputs: ["stderr"] });
    const host = { log, exit: (code) => process.exit(code) };
    failOnUncaught(host);
    const alive = setInterval(() => {}, 1000);
    let end;
    const ended = new Promise((resolve) => { end = resolve; });
    let stop = () => {};
    ${body}
    const running = runToEnd({ ended, stop: () => stop() }, host);
    process.stdout.write("up");
    await running;`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return {
    child,
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, err }))),
  };
}

function printed(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.stdout?.once("data", resolve));
}

/** The messages of the log lines. */
function messages({ err }: Ended): string[] {
  return err
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}

describe("server/node-run", { concurrency: 2 }, () => {
  for (const [signal, word] of [
    ["SIGTERM", "terminated"],
    ["SIGINT", "interrupt"],
  ] as const) {
    it(`stops gracefully on ${signal} and then ends by it`, async () => {
      const { child, ended } = start(`stop = () => { log.logger.info("drained"); end({ kind: "stopped" }); };`);
      await printed(child);
      child.kill(signal);
      const outcome = await ended;
      assert.deepEqual([outcome.code, outcome.signal], [null, signal]);
      assert.deepEqual(messages(outcome), ["received signal; shutting down", "drained"]);
      assert.match(outcome.err, new RegExp(`"signal":"${word}"`));
    });
  }

  it("ends at once on a second signal", async () => {
    const { child, ended } = start(`stop = () => process.stdout.write("stopping");`);
    await printed(child);
    child.kill("SIGINT");
    await printed(child);
    child.kill("SIGTERM");
    const outcome = await ended;
    assert.deepEqual([outcome.code, outcome.signal], [null, "SIGTERM"]);
  });

  for (const [what, body, code, message] of [
    [
      "a member that failed",
      `end({ kind: "failed", error: new Error("disk full") });`,
      1,
      "the member failed and stops",
    ],
    [
      "a member that was removed",
      `end({ kind: "removed" });`,
      0,
      "this member was removed from the cluster; it must not be started again",
    ],
    [
      "an error that nobody caught",
      `setImmediate(() => { throw new Error("x"); });`,
      1,
      "uncaught error; the process ends",
    ],
    ["a promise that nobody caught", `Promise.reject(new Error("x"));`, 1, "uncaught error; the process ends"],
  ] as const) {
    it(`exits ${code} with one line for ${what}`, async () => {
      const outcome = await start(body).ended;
      assert.equal(outcome.code, code);
      assert.deepEqual(messages(outcome), [message]);
    });
  }
});
