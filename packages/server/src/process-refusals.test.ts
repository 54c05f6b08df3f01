/** What keeps a member from starting: one clear line, an exit code that is not zero, and nothing written that was not there. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { ClusterService, KVService, newMemberAddRequest } from "@quorate/proto";
import { freePort } from "@quorate/testkit";
import { LabCluster } from "./testing/node-lab-cluster.ts";
import { type Exit, LabMember, spawnMember, urlOf } from "./testing/node-lab-member.ts";
import { put } from "./testing/requests.ts";

const FAILED = 1;
const BAD_FLAG = 2;

describe("server/process-refusals", () => {
  let root: string;
  /** A member that has stopped, and what it left. */
  let used: string;
  let ports: { readonly clientPort: number; readonly peerPort: number };

  before(async () => {
    root = mkdtempSync(join(tmpdir(), "quorate-refusals-"));
    ports = { clientPort: await freePort(), peerPort: await freePort() };
    used = join(root, "used");
    const member = new LabMember({ name: "m1", ...ports, dataDir: used }, "spawned");
    await member.start([`--initial-cluster=m1=${urlOf(ports.peerPort)}`]);
    await member.ready();
    await member.client.ok(KVService.put, put("a", "1"));
    await member.stop();
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const flagsFor = (dataDir: string): string[] => [
    "--name=m1",
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${urlOf(ports.clientPort)}`,
    `--advertise-client-urls=${urlOf(ports.clientPort)}`,
    `--listen-peer-urls=${urlOf(ports.peerPort)}`,
    `--initial-advertise-peer-urls=${urlOf(ports.peerPort)}`,
    `--initial-cluster=m1=${urlOf(ports.peerPort)}`,
  ];
  let runs = 0;
  /** Runs until it ends; everything that it said at level error and above. */
  const run = async (flags: readonly string[]): Promise<Exit & { readonly said: string[]; readonly text: string }> => {
    const logFile = join(root, `run-${++runs}.log`);
    const { exited, child } = spawnMember(flags, logFile);
    const hung = setTimeout(() => child.kill("SIGKILL"), 60_000);
    const exit = await exited;
    clearTimeout(hung);
    const text = readFileSync(logFile, "utf8");
    const lines = text.split("\n").filter((line) => /^\{"level":"(error|panic|fatal)"/.test(line));
    return { ...exit, said: lines, text };
  };
  const refuses = async (flags: readonly string[], pattern: RegExp): Promise<void> => {
    const { code, said, text } = await run(flags);
    assert.equal(code, FAILED, text);
    assert.equal(said.length, 1, text);
    assert.match(said[0] ?? "", pattern);
    assert.doesNotMatch(text, /^ {4}at /m, "a stack trace is no clear line");
  };
  /** A copy of what the stopped member left. */
  const copyOfUsed = (name: string): string => {
    const dir = join(root, name);
    cpSync(used, dir, { recursive: true });
    return dir;
  };

  it("refuses a flag that there is not, with Go's exit code and without a log line", async () => {
    const dataDir = join(root, "flag");
    const { code, text } = await run([...flagsFor(dataDir), "--no-such-flag=1"]);
    assert.equal(code, BAD_FLAG);
    assert.match(text, /flag provided but not defined: -no-such-flag/);
    assert.ok(!existsSync(dataDir));
  });

  it("refuses flags that contradict each other", async () => {
    const dataDir = join(root, "contradiction");
    await refuses([...flagsFor(dataDir), "--election-timeout=100"], /election-timeout/);
    assert.ok(!existsSync(dataDir));
  });

  it("refuses a name that the initial cluster does not have", async () => {
    const dataDir = join(root, "nameless");
    await refuses(
      [...flagsFor(dataDir), "--name=other"],
      /couldn't find local name \\"other\\" in the initial cluster configuration/,
    );
    assert.ok(!existsSync(dataDir));
  });

  it("refuses peer URLs that the initial cluster has otherwise", async () => {
    const dataDir = join(root, "otherwise");
    await refuses([...flagsFor(dataDir), "--initial-advertise-peer-urls=http://127.0.0.1:1"], /--initial-cluster has/);
    assert.ok(!existsSync(dataDir));
  });

  for (const which of ["clientPort", "peerPort"] as const) {
    it(`refuses a taken ${which === "clientPort" ? "port for clients" : "port for peers"}`, async (t) => {
      const dataDir = join(root, `taken-${which}`);
      const holder = createServer();
      await new Promise<void>((done) => holder.listen(ports[which], "127.0.0.1", done));
      t.after(() => holder.close());
      await refuses(flagsFor(dataDir), new RegExp(`listen tcp 127.0.0.1:${ports[which]}.*EADDRINUSE`));
      assert.ok(!existsSync(dataDir));
    });
  }

  it("refuses a data directory that is a file", async () => {
    const dataDir = join(root, "file");
    writeFileSync(dataDir, "mine");
    await refuses(flagsFor(dataDir), /file/);
    assert.equal(readFileSync(dataDir, "utf8"), "mine");
  });

  it("refuses a data directory below what is no directory", async () => {
    await refuses(flagsFor("/dev/null/data"), /\/dev\/null\/data/);
  });

  it("refuses the data directory of an etcd member", async () => {
    const dataDir = join(root, "etcd");
    mkdirSync(join(dataDir, "member/snap"), { recursive: true });
    mkdirSync(join(dataDir, "member/wal"));
    writeFileSync(join(dataDir, "member/snap/db"), new Uint8Array(8_192));
    const before = contentOf(dataDir);
    await refuses(flagsFor(dataDir), /holds the data of an etcd member/);
    assert.deepEqual(contentOf(dataDir), before);
  });

  it("refuses a data directory with a log that is none", async () => {
    const dataDir = join(root, "no-log");
    mkdirSync(join(dataDir, "member/wal"), { recursive: true });
    mkdirSync(join(dataDir, "member/snap"));
    writeFileSync(join(dataDir, "member/wal/0000000000000000-0000000000000000.wal"), "this is not a log".repeat(100));
    const before = contentOf(dataDir);
    await refuses(flagsFor(dataDir), /no-log/);
    assert.deepEqual(contentOf(dataDir), before);
  });

  it("refuses a log with a bit that has changed, and says where", async () => {
    const dataDir = copyOfUsed("damaged-log");
    const [wal] = segmentsOf(dataDir);
    const bytes = readFileSync(wal);
    // In the middle of the first records, and never at the end, where a torn write would be mended.
    bytes[200]! ^= 0x10;
    writeFileSync(wal, bytes);
    const before = contentOf(dataDir);
    await refuses(flagsFor(dataDir), /damaged-log/);
    assert.deepEqual(contentOf(dataDir), before);
  });

  it("builds a backend that is missing out of a whole log", async () => {
    const dataDir = copyOfUsed("no-backend");
    rmSync(join(dataDir, "member/backend"), { recursive: true });
    const member = new LabMember({ name: "m1", ...ports, dataDir }, "spawned");
    await member.start([]);
    const { raftAppliedIndex } = await member.ready();
    assert.ok(raftAppliedIndex > 0);
    await member.stop();
  });

  it("refuses a backend without a log, and does not begin anew beside it", async () => {
    const dataDir = copyOfUsed("lost-log");
    for (const path of segmentsOf(dataDir)) rmSync(path);
    const before = contentOf(dataDir);
    await refuses(flagsFor(dataDir), /lost-log/);
    assert.deepEqual(contentOf(dataDir), before);
  });

  it("refuses a backend that is cut short", async () => {
    const dataDir = copyOfUsed("short-backend");
    const [generation = ""] = readdirSync(join(dataDir, "member/backend"));
    const file = join(dataDir, "member/backend", generation, "db.lmdb");
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, 8_192 + 100));
    await refuses(flagsFor(dataDir), /short-backend/);
  });

  it("refuses a directory that another process uses, and leaves that one alone", async (t) => {
    const dataDir = copyOfUsed("twice");
    const member = new LabMember({ name: "m1", ...ports, dataDir }, "spawned");
    await member.start([]);
    t.after(() => member.stop());
    await member.ready();
    const [clientPort, peerPort] = [await freePort(), await freePort()];
    await refuses(
      [
        ...flagsFor(dataDir),
        `--listen-client-urls=${urlOf(clientPort)}`,
        `--advertise-client-urls=${urlOf(clientPort)}`,
        `--listen-peer-urls=${urlOf(peerPort)}`,
      ],
      /twice/,
    );
    await member.client.ok(KVService.put, put("a", "2"));
  });

  it("refuses a disk that is full, and starts once there is room", skipWithoutTmpfs(), async (t) => {
    const folder = mountSmall(t, root, "full", 512 * 1024);
    const dataDir = join(folder, "data");
    await refuses(flagsFor(dataDir), /no space left for/);
    assert.ok(!existsSync(dataDir));
    // A log that was begun elsewhere: little room is enough for the backend beside it, none is not.
    const walDir = join(copyOfUsed("full-wal"), "member/wal");
    await refuses([...flagsFor(dataDir), `--wal-dir=${walDir}`], /no space left for/);
    assert.ok(!existsSync(dataDir));
    execFileSync("mount", ["-o", "remount,size=16M", folder]);
    const member = new LabMember({ name: "m1", ...ports, dataDir }, "spawned");
    await member.start([`--wal-dir=${walDir}`]);
    await member.ready();
    await member.stop();
  });

  describe("joining a cluster", () => {
    let cluster: LabCluster;
    before(async () => {
      cluster = await LabCluster.start({ mode: "spawned", size: 1, flags: ["--strict-reconfig-check=false"] });
    });
    after(() => cluster.stop());

    const refusesJoin = async (member: LabMember, flags: readonly string[], pattern: RegExp): Promise<void> => {
      await cluster.join(member, cluster.members.slice(0, 1), flags);
      const { code } = (await member.ended()) as Exit;
      const said = member.log.split("\n").filter((line) => /^\{"level":"(error|panic|fatal)"/.test(line));
      assert.equal(code, FAILED, member.log);
      assert.equal(said.length, 1, member.log);
      assert.match(said[0] ?? "", pattern);
      assert.ok(!existsSync(member.place.dataDir));
    };

    it("refuses to join where nobody answers", async () => {
      const [clientPort, peerPort] = [await freePort(), await freePort()];
      const dataDir = join(root, "lonely");
      const flags = [...flagsFor(dataDir), "--initial-cluster-state=existing"];
      await refuses(
        [...flags, `--initial-cluster=m1=${urlOf(ports.peerPort)},m2=${urlOf(peerPort)},m3=${urlOf(clientPort)}`],
        /could not retrieve cluster information from the given URLs/,
      );
      assert.ok(!existsSync(dataDir));
    });

    it("refuses to join a cluster that it was not added to", async () => {
      const member = await cluster.place();
      await refusesJoin(member, [], /member count is unequal/);
    });

    it("refuses to join a cluster that was promised another member", async () => {
      const [other, member] = [await cluster.place(), await cluster.place()];
      const [first] = cluster.members;
      const { member: added } = (await first?.client.ok(
        ClusterService.memberAdd,
        newMemberAddRequest({ peerURLs: [other.peerUrl], isLearner: true }),
      )) ?? { member: undefined };
      assert.ok(added !== undefined);
      await refusesJoin(member, [], /unmatched member while checking PeerURLs/);
      await refusesJoin(other, ["--advertise-version=3.0.0"], /incompatible with current running cluster/);
    });
  });
});

function segmentsOf(dataDir: string): [string, ...string[]] {
  const folder = join(dataDir, "member/wal");
  const [first, ...rest] = readdirSync(folder)
    .filter((name) => name.endsWith(".wal"))
    .map((name) => join(folder, name));
  assert.ok(first !== undefined);
  return [first, ...rest];
}

/** Every file below a folder with its length and content. */
function contentOf(folder: string): Map<string, string> {
  const content = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) content.set(name, readFileSync(path).toString("latin1"));
    else content.set(name, "a folder");
  }
  return content;
}

function skipWithoutTmpfs(): { readonly skip: string | false } {
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  return { skip: isRoot ? false : "only root can mount a small disk" };
}

function mountSmall(t: TestContext, root: string, name: string, bytes: number): string {
  const folder = join(root, name);
  mkdirSync(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "none", folder]);
  t.after(() => void execFileSync("umount", [folder]));
  return folder;
}
