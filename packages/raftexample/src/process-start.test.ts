import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { freePort, MEMBER_MAIN, request, type Spawned, spawnNode, waitUntil } from "@quorate/testkit";

let count = 0;

describe("raftexample/processes, started", { concurrency: 4 }, () => {
  let root: string;
  const running: Spawned[] = [];

  before(() => {
    root = mkdtempSync(join(tmpdir(), "quorate-start-"));
  });

  after(async () => {
    for (const { child, exited } of running) {
      child.kill("SIGKILL");
      await exited;
    }
    rmSync(root, { recursive: true, force: true });
  });

  for (const [args, problem] of [
    [["--id", "0"], '--id must be a whole number from 1 to 2^64 - 3, not "0"'],
    [["--cluster", "localhost"], '--cluster: "localhost" is not a peer URL like http://127.0.0.1:9021'],
    [["--port"], "--port needs a value"],
    [["--prot", "1"], "unknown flag --prot"],
  ] as const) {
    it(`exits 2 with a sentence and the usage for ${args.join(" ")}`, async () => {
      const member = run(...args);
      assert.deepEqual(await member.exited, { code: 2, signal: null });
      assert.ok(member.output().startsWith(`raftexample: ${problem}\nusage: raftexample --id N`), member.output());
    });
  }

  it("prints the usage when asked", async () => {
    const member = run("--help");
    assert.deepEqual(await member.exited, { code: 0, signal: null });
    assert.match(member.output(), /^usage: raftexample --id N[\s\S]*--snapshot-count N/);
  });

  it("says that a port is taken, and leaves no data behind", async () => {
    const taken = await occupy();
    const free = await freePort();
    for (const [peer, api] of [
      [taken.port, free],
      [free, taken.port],
    ] as const) {
      const dir = join(root, `taken-${api}`);
      const member = runOne(dir, peer, api);
      assert.deepEqual(await member.exited, { code: 1, signal: null });
      assert.equal(
        lastLine(member),
        `raftexample: cannot listen on 127.0.0.1:${taken.port}: the port is taken`,
        member.output(),
      );
      assert.equal(existsSync(dir), false, "the data directory was made");
    }
    taken.server.close();
  });

  it("refuses a data directory in use, and one of another member", async () => {
    const dir = join(root, "owned");
    const api = await freePort();
    const owner = runOne(dir, await freePort(), api);
    await serves(api);
    const second = runOne(dir, await freePort(), await freePort());
    assert.deepEqual(await second.exited, { code: 1, signal: null });
    assert.equal(second.output(), `raftexample: ${dir} is in use by another process\n`);
    owner.child.kill("SIGTERM");
    assert.deepEqual(await owner.exited, { code: 0, signal: null });
    const files = listing(dir);
    const cluster = `http://127.0.0.1:${await freePort()},http://127.0.0.1:${await freePort()}`;
    const port = `${await freePort()}`;
    const foreign = run("--id", "2", "--cluster", cluster, "--port", port, "--data-dir", dir);
    assert.deepEqual(await foreign.exited, { code: 1, signal: null });
    assert.equal(foreign.output(), `raftexample: ${dir} is the data of member 1 of cluster 1000, not of member 2\n`);
    assert.deepEqual(listing(dir), files);
  });

  it("refuses a folder that holds something else, and a file", async () => {
    const dir = join(root, "foreign");
    mkdirSync(dir);
    writeFileSync(join(dir, "thesis.txt"), "do not touch");
    const member = runOne(dir, await freePort(), await freePort());
    assert.deepEqual(await member.exited, { code: 1, signal: null });
    const problem = "it holds thesis.txt, which is not the data of a member";
    assert.equal(member.output(), `raftexample: ${dir} cannot be used as a data directory: ${problem}\n`);
    assert.deepEqual(readdirSync(dir), ["thesis.txt"]);
    const file = join(dir, "thesis.txt");
    const onFile = runOne(file, await freePort(), await freePort());
    assert.deepEqual(await onFile.exited, { code: 1, signal: null });
    assert.match(onFile.output(), /^raftexample: [^\n]*thesis\.txt[^\n]*\n$/);
    assert.equal(readFileSync(file, "utf8"), "do not touch");
  });

  it("stops with a clear message when the disk is full", async (t) => {
    const dir = join(root, "full");
    mkdirSync(dir);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=150m", "tmpfs", dir]);
    if (mounted.status !== 0) return t.skip("a file system of its own cannot be mounted here");
    try {
      const api = await freePort();
      const member = runOne(join(dir, "data"), await freePort(), api);
      await serves(api);
      const body = new Uint8Array(1024 * 1024);
      const write = (n: number): Promise<number> =>
        request(api, "PUT", `/${n}`, { body }).then(
          ({ status }) => status,
          () => 0,
        );
      let acknowledged = 0;
      while ((await write(acknowledged)) === 204) {
        acknowledged++;
        assert.ok(acknowledged < 150, "the log fits");
      }
      assert.deepEqual(await member.exited, { code: 1, signal: null });
      assert.match(lastLine(member), /^raftexample: writing the log in .* ENOSPC.*this process must end$/);
      assert.ok(acknowledged > 0);
    } finally {
      spawnSync("umount", ["-l", dir]);
    }
  });

  it("runs three members with one command, stops on Ctrl-C, and goes on from the data", async () => {
    const data = join(root, "three");
    const main = join(MEMBER_MAIN, "../../../../tools/dist/cluster-main.js");
    const first = track(spawnNode([main, "raftexample", data], join(root, "three-1.log")));
    const [put, get, status] = await welcomed(first);
    assert.match(await curl(put), /^HTTP\/1\.1 204 /);
    assert.equal(await curl(get), "hello, quorum");
    assert.equal(JSON.parse(await curl(status)).members["3"] !== undefined, true);
    first.child.kill("SIGINT");
    assert.deepEqual(await first.exited, { code: 0, signal: null });
    assert.match(first.output(), /stopping \.\.\.\nstopped; the data stays, the next start goes on from it\n$/);

    const second = track(spawnNode([main, "raftexample", data], join(root, "three-2.log")));
    const [, again] = await welcomed(second);
    assert.equal(again, get);
    assert.equal(await curl(again), "hello, quorum");
    // A closed terminal hangs up: the members must not stay behind.
    second.child.kill("SIGHUP");
    assert.deepEqual(await second.exited, { code: 0, signal: null });
  });

  function run(...args: string[]): Spawned {
    return track(spawnNode([MEMBER_MAIN, ...args], join(root, `run-${++count}.log`), root));
  }

  /** A cluster of one. */
  function runOne(dir: string, peerPort: number, apiPort: number): Spawned {
    const cluster = `http://127.0.0.1:${peerPort}`;
    return run("--id", "1", "--cluster", cluster, "--port", `${apiPort}`, "--data-dir", dir);
  }

  function track(spawned: Spawned): Spawned {
    running.push(spawned);
    return spawned;
  }
});

/** The three command lines of the welcome. */
async function welcomed(supervisor: Spawned): Promise<[string, string, string]> {
  const text = await waitUntil("the welcome is printed", 30_000, () =>
    supervisor.output().includes("Ctrl-C stops them.") ? supervisor.output() : undefined,
  );
  const lines = text.match(/^ {2}curl .*$/gm) ?? [];
  assert.equal(lines.length, 3, text);
  return lines.map((line) => line.trim()) as [string, string, string];
}

/** Runs a line as a person would. Where there is no curl, its meaning. */
async function curl(line: string): Promise<string> {
  const { stdout, error } = spawnSync("sh", ["-c", line.replace("curl ", "curl -sS ")], { encoding: "utf8" });
  assert.equal(error, undefined);
  return stdout;
}

async function serves(port: number): Promise<void> {
  await waitUntil(`port ${port} serves a leader`, 20_000, async () => {
    const reply = await request(port, "GET", "/status").catch(() => undefined);
    return reply?.body.includes('"state":"StateLeader"') === true ? true : undefined;
  });
}

async function occupy(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  return { server, port };
}

function lastLine(member: Spawned): string {
  return member.output().trimEnd().split("\n").at(-1) ?? "";
}

function listing(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" }).sort();
}
