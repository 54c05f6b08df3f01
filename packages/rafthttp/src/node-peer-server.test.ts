import assert from "node:assert/strict";
import { once } from "node:events";
import * as https from "node:https";
import { after, afterEach, before, describe, it } from "node:test";
import * as tls from "node:tls";
import { MessageType, newMessage } from "@quorate/proto";
import {
  type Certificate,
  createCertificateAuthority,
  type MemberOptions,
  PeerMember,
  peerHeaders,
  requestOnce,
  until,
} from "@quorate/testkit";
import type { TlsOptions } from "./options.ts";

const authority = createCertificateAuthority("peers");
const stranger = createCertificateAuthority("somebody else");

const tlsOf = ({ cert, key }: Certificate, ca = authority.ca): TlsOptions => ({ cert, key, ca, clientCertAuth: true });

describe("rafthttp/node-peer-server with TLS", () => {
  const members: PeerMember[] = [];
  const start = async (id: bigint, options: Omit<MemberOptions, "id">): Promise<PeerMember> => {
    const member = await PeerMember.start({ id, ...options });
    members.push(member);
    return member;
  };
  afterEach(async () => {
    for (const member of members.splice(0)) await member.stop();
  });

  it("carries messages and snapshots between members that know each other's CA", async () => {
    const [a, b] = [
      await start(1n, { tls: tlsOf(authority.issue("a")) }),
      await start(2n, { tls: tlsOf(authority.issue("b")) }),
    ];
    assert.match(a.url, /^https:/);
    a.join(b);
    b.join(a);
    await a.transport.whenActive(2n);
    await b.transport.whenActive(1n);
    await until(() => {
      a.transport.send([newMessage({ type: MessageType.MsgVote, from: 1n, to: 2n, term: 1 })]);
      return b.raft.messages.length > 0;
    }, "a message");
    a.transport.sendSnapshot(newMessage({ type: MessageType.MsgSnap, from: 1n, to: 2n, term: 2 }));
    await until(() => a.raft.snapshots.length > 0, "the snapshot's report");
    assert.deepEqual(a.raft.snapshots, [{ id: 2n, status: "finish" }]);
  });

  it("refuses a peer whose certificate another CA has signed", async () => {
    const a = await start(1n, { tls: tlsOf(authority.issue("a")) });
    // It trusts a's CA, so that only a can object.
    const b = await start(2n, { tls: tlsOf(stranger.issue("b"), authority.ca) });
    b.transport.addPeer(1n, [a.url]);
    a.transport.addPeer(2n, ["https://127.0.0.1:1"]);
    await until(() => (b.transport.stats(1n)?.failures ?? 0) >= 4, "dials to fail");
    assert.equal(a.transport.activePeers() + b.transport.activePeers(), 0);
  });

  it("does not dial into a server whose certificate another CA has signed", async () => {
    const a = await start(1n, { tls: { ...tlsOf(stranger.issue("a")), clientCertAuth: false } });
    const b = await start(2n, { tls: tlsOf(authority.issue("b")) });
    a.transport.addPeer(2n, ["https://127.0.0.1:1"]);
    b.transport.addPeer(1n, [a.url]);
    await until(() => (b.transport.stats(1n)?.failures ?? 0) >= 4, "dials to fail");
    b.transport.send([newMessage({ type: MessageType.MsgVote, from: 2n, to: 1n })]);
    await until(() => b.raft.unreachable.length > 0, "the report");
    assert.deepEqual(a.raft.messages, []);
  });

  describe("towards clients", () => {
    let member: PeerMember;
    before(async () => {
      member = await PeerMember.start({ id: 1n, tls: tlsOf(authority.issue("a")) });
    });
    after(() => member.stop());

    /** The protocol that a handshake agrees on, or how it fails. */
    const handshake = async (options: tls.ConnectionOptions): Promise<string | false | null> => {
      const socket = tls.connect({ port: member.port, host: "127.0.0.1", ca: authority.ca, ...options });
      const ended = once(socket, "close").then(() => Promise.reject(new Error("the connection was closed")));
      try {
        await Promise.race([once(socket, "secureConnect"), ended]);
        // With TLS 1.3 the server's verdict on a certificate comes after the client's part is done: wait for an answer.
        socket.write("GET /raft/probing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        const [data] = (await Promise.race([once(socket, "data"), ended])) as [Buffer];
        assert.match(data.toString(), /^HTTP\/1\.1 200 OK/);
        return socket.alpnProtocol;
      } finally {
        ended.catch(() => undefined);
        socket.destroy();
      }
    };

    it("speaks HTTP/1.1, and says so", async () => {
      const { cert, key } = authority.issue("client");
      assert.equal(await handshake({ cert, key, ALPNProtocols: ["h2", "http/1.1"] }), "http/1.1");
      assert.equal(await handshake({ cert, key, ALPNProtocols: ["http/1.1"] }), "http/1.1");
    });

    it("speaks to a client that offers no protocol, as etcd's does", async () => {
      assert.equal(await handshake(authority.issue("client")), false);
    });

    it("ends a handshake that offers h2 alone", async () => {
      await assert.rejects(handshake({ ...authority.issue("client"), ALPNProtocols: ["h2"] }));
    });

    it("ends a handshake without a certificate", async () => {
      await assert.rejects(handshake({}));
    });

    it("ends a handshake with a certificate of another CA", async () => {
      await assert.rejects(handshake(stranger.issue("client")));
    });

    it("is not reached by plain HTTP, and goes on", async () => {
      await assert.rejects(requestOnce(`http://127.0.0.1:${member.port}/raft/probing`, {}));
      assert.equal(await handshake(authority.issue("client")), false);
    });
  });

  it("asks for no certificate where that is switched off", async () => {
    const member = await start(1n, { tls: { ...tlsOf(authority.issue("a")), clientCertAuth: false } });
    const request = https.request(`${member.url}/raft`, {
      method: "GET",
      ca: authority.ca,
      agent: false,
      headers: peerHeaders(member, 2n),
    });
    request.end();
    const [response] = (await once(request, "response")) as [{ statusCode: number; resume: () => void }];
    response.resume();
    assert.equal(response.statusCode, 405);
  });
});

describe("rafthttp/node-peer-server", () => {
  it("has no limit on a stream's life, and limits on everything that waits", async () => {
    const member = await PeerMember.start({ id: 1n });
    const { requestTimeout, timeout, headersTimeout, keepAliveTimeout, maxConnections } = member.server;
    assert.deepEqual(
      { requestTimeout, timeout, headersTimeout, keepAliveTimeout, maxConnections },
      { requestTimeout: 0, timeout: 0, headersTimeout: 10_000, keepAliveTimeout: 60_000, maxConnections: 1024 },
    );
    await member.stop();
  });
});
