import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { silentLogger, silentTrace } from "@quorate/base";
import { freePort, request, waitUntil } from "@quorate/testkit";
import { type Member, startMember } from "./node-member.ts";
import type { Options } from "./options.ts";

describe("raftexample/node-member", () => {
  const deps = { logger: silentLogger, trace: silentTrace };
  let root: string;

  before(() => {
    root = mkdtempSync(join(tmpdir(), "quorate-member-"));
  });

  after(() => rmSync(root, { recursive: true, force: true }));

  async function options(name: string): Promise<Options> {
    const cluster = [`http://127.0.0.1:${await freePort()}`];
    return { id: 1n, cluster, port: 0, join: false, dataDir: join(root, name), snapshotCount: 5 };
  }

  async function leads(member: Member): Promise<void> {
    await waitUntil("the member leads itself", 10_000, () => member.isLeader() || undefined);
  }

  it("serves, stops, and goes on from its data", async () => {
    const given = await options("restarted");
    const first = await startMember(given, deps);
    await leads(first);
    for (let n = 0; n < 12; n++) {
      assert.equal((await request(first.apiPort, "PUT", `/${n % 4}`, { body: `${n}` })).status, 204);
    }
    first.stop();
    first.stop();
    assert.deepEqual(await first.ended, { kind: "stopped" });
    await assert.rejects(request(first.apiPort, "GET", "/0"));

    const second = await startMember(given, deps);
    await leads(second);
    assert.equal((await request(second.apiPort, "GET", "/3?consistent=linearizable")).body, "11");
    assert.equal(second.storage.restored.isNew, false);
    assert.ok((second.storage.restored.snapshot?.metadata.index ?? 0) >= 5);
    const { id, applied, members } = JSON.parse(second.status());
    assert.deepEqual([id, members], ["1", { 1: given.cluster[0] }]);
    assert.ok(applied > 12);
    second.stop();
    await second.ended;
    assert.equal(second.status(), '{"stopped":true}\n');
  });

  it("says that a port is taken before it writes anything, and starts once the port is free", async () => {
    const given = await options("taken");
    const taken: Server = createServer();
    const port = Number(new URL(given.cluster[0] as string).port);
    await new Promise<void>((done) => taken.listen(port, "127.0.0.1", done));
    await assert.rejects(startMember(given, deps), {
      name: "StartError",
      code: "ListenFailed",
      message: `cannot listen on 127.0.0.1:${port}: the port is taken`,
    });
    assert.equal(existsSync(given.dataDir), false);
    await new Promise((done) => taken.close(done));
    const member = await startMember(given, deps);
    member.stop();
    assert.deepEqual(await member.ended, { kind: "stopped" });
  });

  it("refuses the data of another member, and lets go of it", async () => {
    const given = await options("owned");
    const owner = await startMember(given, deps);
    owner.stop();
    await owner.ended;
    const other = { ...given, id: 2n, cluster: [...given.cluster, `http://127.0.0.1:${await freePort()}`] };
    await assert.rejects(startMember(other, deps), {
      code: "Foreign",
      message: `${given.dataDir} is the data of member 1 of cluster 1000, not of member 2`,
    });
    const again = await startMember(given, deps);
    await leads(again);
    again.stop();
    await again.ended;
  });
});
