import assert from "node:assert/strict";
import { once } from "node:events";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import * as tls from "node:tls";
import { type Certificate, createCertificateAuthority } from "@quorate/testkit";
import { createPeerServer } from "./node-peer-server.ts";
import type { TlsOptions } from "./options.ts";

const authority = createCertificateAuthority("peers");
const SERVER = authority.issue("server");

describe("rafthttp/node-peer-names", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  /** A server on a port, and what it saw. */
  const start = async (options: Partial<TlsOptions> = {}) => {
    const seen: string[] = [];
    const refused: string[] = [];
    const server = createPeerServer(
      { ...SERVER, ca: authority.ca, clientCertAuth: true, ...options },
      (request, response) => {
        seen.push(request.url ?? "");
        response.end("fine");
      },
      (remote, why) => refused.push(`${remote}: ${why}`),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanups.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    return { port: (server.address() as AddressInfo).port, seen, refused };
  };

  /** The status of an answer, or "closed". */
  const ask = (port: number, { cert, key }: Certificate): Promise<number | "closed"> =>
    new Promise((resolve) => {
      const options = { host: "127.0.0.1", port, path: "/raft", cert, key, ca: authority.ca, agent: false };
      const request = https.get(options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on("error", () => resolve("closed"));
    });

  for (const [why, names] of [
    ["its address", { hosts: [], ipv4: ["10.1.2.3", "127.0.0.1"] }],
    ["a name that resolves to its address", { hosts: ["localhost"], ipv4: ["10.1.2.3"] }],
    ["no names at all", { hosts: [], ipv4: [] }],
  ] as const)
    it(`serves a peer whose certificate has ${why}`, async () => {
      const { port, refused } = await start();
      assert.equal(await ask(port, authority.issue("peer", names)), 200);
      assert.deepEqual(refused, []);
    });

  for (const [why, names] of [
    ["another address", { hosts: [], ipv4: ["10.1.2.3"] }],
    ["a name that is nobody's", { hosts: ["nobody.invalid"], ipv4: [] }],
  ] as const)
    it(`closes the connection of a peer whose certificate has ${why}, whose request nobody sees`, async () => {
      const { port, seen, refused } = await start();
      assert.equal(await ask(port, authority.issue("peer", names)), "closed");
      assert.deepEqual(seen, []);
      assert.match(refused[0] ?? "", /^127\.0\.0\.1: tls: "127\.0\.0\.1" does not match any of the addresses \[/);
      assert.equal(refused.length, 1);
    });

  it("closes such a connection also where nothing is asked on it", async () => {
    const { port } = await start();
    const { cert, key } = authority.issue("peer", { hosts: [], ipv4: ["10.1.2.3"] });
    const socket = tls.connect({ host: "127.0.0.1", port, cert, key, ca: authority.ca });
    socket.on("error", () => {});
    await once(socket, "close");
  });

  it("serves anybody of the same authority where that is asked for", async () => {
    const { port } = await start({ skipClientSanVerification: true });
    assert.equal(await ask(port, authority.issue("peer", { hosts: [], ipv4: ["10.1.2.3"] })), 200);
  });

  it("holds to the versions of TLS that it is given", async () => {
    const { port } = await start({ maxVersion: "TLSv1.2", minVersion: "TLSv1.2" });
    const { cert, key } = authority.issue("peer");
    const options = { host: "127.0.0.1", port, cert, key, ca: authority.ca };
    const socket = tls.connect(options);
    await once(socket, "secureConnect");
    assert.equal(socket.getProtocol(), "TLSv1.2");
    socket.destroy();
    await assert.rejects(once(tls.connect({ ...options, minVersion: "TLSv1.3" }), "secureConnect"));
  });
});
