import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { hasCode } from "@quorate/base";
import { lockDataDir } from "./node-lock.ts";

/** Another process that takes the hold and keeps it; resolves with it once it said how that went. */
async function holder(root: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const script = `
    import { lockDataDir } from ${JSON.stringify(new URL("./node-lock.js", import.meta.url).href)};
    try {
      await lockDataDir(${JSON.stringify(root)});
      console.log("held");
      setInterval(() => {}, 60_000);
    } catch (error) {
      console.log(error.code + ": " + error.message);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = (await once(child.stdout, "data")) as [Uint8Array];
  return { child, said: new TextDecoder().decode(chunk).trim() };
}

describe("storage/node-lock", { skip: process.platform === "linux" ? false : "the hold needs Linux" }, () => {
  const base = mkdtempSync(join(tmpdir(), "quorate-lock-"));
  after(() => rmSync(base, { recursive: true }));

  it("makes the directory, for its owner only", async () => {
    const root = join(base, "made/by/lock");
    const lock = await lockDataDir(root);
    assert.equal(statSync(root).mode & 0o777, 0o700);
    await lock.release();
  });

  it("is held once, whatever name the directory is called by", async () => {
    const root = join(base, "twice");
    const lock = await lockDataDir(root);
    symlinkSync(root, join(base, "alias"));
    for (const name of [root, `${root}/`, join(base, "alias")]) {
      await assert.rejects(
        lockDataDir(name),
        (error) => hasCode(error, "Locked") && error.message === `${name} is in use by another process`,
      );
    }
    await (await lockDataDir(join(base, "other"))).release();
    await lock.release();
    await (await lockDataDir(root)).release();
  });

  it("refuses a second process with a clear message", async () => {
    const root = join(base, "processes");
    const lock = await lockDataDir(root);
    const { child, said } = await holder(root);
    assert.equal(said, `Locked: ${root} is in use by another process`);
    if (child.exitCode === null) await once(child, "exit");
    await lock.release();
  });

  it("is free as soon as its holder was killed", async () => {
    const root = join(base, "killed");
    const { child, said } = await holder(root);
    assert.equal(said, "held");
    await assert.rejects(lockDataDir(root), (error) => hasCode(error, "Locked"));
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await lockDataDir(root)).release();
  });
});
