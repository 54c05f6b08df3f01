import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import { PeerMember, until } from "@quorate/testkit";
import { probingBody } from "./node-prober.ts";

const PEER = 2n;
/** The interval is also how long an answer may take: long enough for a busy machine. */
const LIMITS = { probeMs: 100 };

describe("rafthttp/node-prober", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A member whose peer answers probes with `body`; resolves once one was understood, or some were not. */
  const probed = async (status: number, body: () => string): Promise<PeerMember> => {
    const probes: http.IncomingMessage[] = [];
    const server = http.createServer((request, response) => {
      if (request.url === "/raft/probing") probes.push(request);
      response.writeHead(request.url === "/raft/probing" ? status : 404).end(body());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const member = await PeerMember.start({ id: 1n, limits: LIMITS });
    cleanups.push(
      async () => {
        server.close();
        server.closeAllConnections();
      },
      () => member.stop(),
    );
    member.transport.addPeer(PEER, [`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    const isMeasured = (): boolean => (member.transport.stats(PEER)?.roundTripMs ?? 0) > 0;
    await until(() => (status === 200 ? isMeasured() : probes.length >= 3), "probes");
    for (const { method, url, headers } of probes) {
      assert.deepEqual([method, url], ["GET", "/raft/probing"]);
      assert.equal(headers["content-length"], undefined);
    }
    return member;
  };
  const clockLines = (member: PeerMember): string[] => member.log.filter((line) => line.includes("the clock of"));

  it("measures the round trip and is content with a clock like its own", async () => {
    const member = await probed(200, () => probingBody(new Date()));
    assert.ok((member.transport.stats(PEER)?.roundTripMs ?? 0) > 0);
    assert.deepEqual(clockLines(member), []);
  });

  it("reads the time as etcd prints it, in nanoseconds", async () => {
    const now = (): string => new Date().toISOString().replace("Z", "123456Z");
    assert.deepEqual(clockLines(await probed(200, () => `{"OK":true,"Now":"${now()}"}\n`)), []);
  });

  for (const [ms, words] of [
    [-5_000, /^warn: the clock of peer 2 differs by (4|5)\d\d\d ms$/],
    [5_000, /^warn: the clock of peer 2 differs by -(4|5)\d\d\d ms$/],
  ] as const) {
    it(`warns of a clock that is off by ${ms} ms`, async () => {
      const member = await probed(200, () => probingBody(new Date(Date.now() + ms)));
      assert.match(clockLines(member)[0] ?? "", words);
    });
  }

  for (const [why, status, body] of [
    ["an answer that is none", 200, "\0\xff{"],
    ["a time that is none", 200, '{"OK":true,"Now":"yesterday"}'],
    ["an error", 500, "x".repeat(10_000)],
  ] as const) {
    it(`ignores ${why}`, async () => {
      const member = await probed(status, () => body);
      assert.deepEqual(clockLines(member), []);
      assert.equal(member.transport.activePeers(), 0);
    });
  }

  it("keeps quiet about a peer that is not there", async () => {
    const member = await PeerMember.start({ id: 1n, limits: LIMITS });
    cleanups.push(() => member.stop());
    member.transport.addPeer(PEER, ["http://127.0.0.1:1"]);
    await until(() => member.log.some((line) => line.startsWith("debug: probing peer 2 failed: ")), "a failed probe");
    assert.deepEqual(
      member.log.filter((line) => !line.startsWith("debug: ")),
      [],
    );
  });
});
