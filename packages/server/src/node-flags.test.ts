/** Flags that change what a running server does, one member at a time: each is seen to be obeyed. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { KVService } from "@quorate/proto";
import { freePort, request } from "@quorate/testkit";
import { LabCluster } from "./testing/node-lab-cluster.ts";
import type { LabMember } from "./testing/node-lab-member.ts";
import { put } from "./testing/requests.ts";

async function startOne(t: TestContext, flags: readonly string[]): Promise<{ cluster: LabCluster; member: LabMember }> {
  const cluster = await LabCluster.start({ mode: "inside", size: 1, flags });
  t.after(() => cluster.stop());
  return { cluster, member: cluster.members[0]! };
}

/** The fields of the first line with this message. */
function fieldsOf({ log }: LabMember, message: string): Record<string, unknown> | undefined {
  const lines = log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.find(({ msg }) => msg === message);
}

describe("server/node-flags", () => {
  it("serves HTTP at a port of its own, where the other then speaks gRPC alone, and metrics at a third", async (t) => {
    const [http, metrics] = [await freePort(), await freePort()];
    const { member } = await startOne(t, [
      `--listen-client-http-urls=http://127.0.0.1:${http}`,
      `--listen-metrics-urls=http://127.0.0.1:${metrics}`,
    ]);
    assert.equal((await request(http, "GET", "/version")).status, 200);
    assert.equal((await request(metrics, "GET", "/metrics")).status, 200);
    assert.equal((await request(metrics, "GET", "/version")).status, 404);
    await assert.rejects(request(member.place.clientPort, "GET", "/version"));
    await member.client.ok(KVService.put, put("a", "1"));
  });

  it("refuses hosts that are not on the list, and answers origins that are", async (t) => {
    const { member } = await startOne(t, ["--host-whitelist=good.example", "--cors=http://app.example:80"]);
    const ask = (headers: Record<string, string>) =>
      request(member.place.clientPort, "GET", "/version", { headers: { host: "good.example", ...headers } });
    assert.equal((await ask({})).status, 200);
    assert.equal((await ask({ host: "evil.example" })).status, 421);
    const { headers } = await ask({ origin: "http://app.example:80" });
    assert.equal(headers["access-control-allow-origin"], "http://app.example:80");
    assert.equal((await ask({ origin: "http://other.example:80" })).headers["access-control-allow-origin"], undefined);
  });

  it("logs slow applies and slow calls in etcd's words, and counts the applies", async (t) => {
    const flags = ["--warning-apply-duration=1ns", "--warning-unary-request-duration=1ns"];
    const { member } = await startOne(t, flags);
    await member.client.ok(KVService.put, put("a", "1"));
    await member.logged("apply request took too long");
    await member.logged("request stats");
    assert.equal(fieldsOf(member, "request stats")?.["response type"], "/etcdserverpb.KV/Put");
    const { body } = await request(member.place.clientPort, "GET", "/metrics");
    const [, count] = /^etcd_server_slow_apply_total (\d+)$/m.exec(body) ?? [];
    assert.ok(Number(count) > 0);
  });

  it("looks on boot whether defragmentation is worth it", async (t) => {
    const { cluster, member } = await startOne(t, []);
    await member.stop();
    await cluster.boot(member, ["--bootstrap-defrag-threshold-megabytes=100"]);
    await member.ready();
    const fields = fieldsOf(member, "Skipping defragmentation");
    assert.equal(fields?.["experimental-bootstrap-defrag-threshold-bytes"], 100 * 1024 * 1024);
  });

  it("names itself and its ports in the lines that tooling reads", async (t) => {
    const { member } = await startOne(t, []);
    await member.logged("ready to serve client requests");
    const published = fieldsOf(member, "published local member to cluster through raft");
    assert.match(String(published?.["local-member-id"]), /^[0-9a-f]+$/);
    const { clientPort, peerPort } = member.place;
    assert.equal(fieldsOf(member, "serving peer traffic")?.["address"], `127.0.0.1:${peerPort}`);
    const served = fieldsOf(member, "serving client traffic insecurely; this is strongly discouraged!");
    assert.deepEqual([served?.["traffic"], served?.["address"]], ["grpc+http", `127.0.0.1:${clientPort}`]);
  });
});
