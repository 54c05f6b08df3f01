import assert from "node:assert/strict";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { type Logger, silentLogger } from "@quorate/base";
import { newMember } from "@quorate/machine";
import {
  decodeLeaseInternalResponse,
  decodeLeaseKeepAliveResponse,
  encodeLeaseInternalRequest,
  encodeLeaseKeepAliveRequest,
} from "@quorate/proto";
import { LiveEtcd, type Reply, request, skipWithoutEtcd } from "@quorate/testkit";
import { Metrics } from "../metrics/metrics.ts";
import { type AccessRules, clientPages, metricsPages } from "./client-pages.ts";
import { createPageServer } from "./node-client-pages.ts";
import { type Page, type PageRequest, type PageResponse, parseTarget } from "./page.ts";
import { parseHashRequest, peerPages } from "./peer-pages.ts";
import type { ServerPages } from "./server-pages.ts";

const ID = 17010963214147749224n;
const LEARNER = 5594313560822288765n;
const LEASE = 0x0568a20fb6ebd110n;
const ANYBODY: AccessRules = { hostWhitelist: [], corsOrigins: ["*"] };

/** A server in memory that is in the best of health, but for what a test says. */
function serverWith(changes: Partial<ServerPages> = {}): ServerPages {
  return {
    clusterId: 0xdfd396ec7b4c7b9en,
    serverVersion: "3.5.30",
    commandLine: ["quorate", "--name=<a>"],
    clusterVersion: () => "3.5.0",
    storageVersion: () => undefined,
    hasLeader: () => true,
    isLearner: () => false,
    alarms: () => [],
    members: () => [
      newMember({ id: LEARNER, peerUrls: ["http://127.0.0.1:43380"], isLearner: true }),
      newMember({
        id: ID,
        peerUrls: ["http://127.0.0.1:2380"],
        name: "default",
        clientUrls: ["http://127.0.0.1:2379"],
      }),
    ],
    raftStatus: () => ({
      id: ID,
      term: 2,
      vote: ID,
      commit: 11,
      lead: ID,
      raftState: "StateLeader",
      applied: 11,
      progress: new Map([[ID, { match: 11, next: 12, state: "StateReplicate" }]]),
      leadTransferee: 0n,
    }),
    serializableRead: (done) => done(undefined),
    linearizableRead: (done) => done(undefined),
    metricsText: () => "# HELP a A.\n# TYPE a gauge\na 1\n",
    promote: (_id, _token, done) => done({ kind: "promoted" }),
    hashKv: (_revision, done) =>
      done({
        kind: "hashed",
        hashed: { revision: 4, hash: 3848472164, compactRevision: 3, hashRevision: undefined },
      }),
    renewLease: (_id, done) => done({ kind: "renewed", ttlSeconds: 1000 }),
    leaseTimeToLive: (_id, wantsKeys, done) =>
      done({ kind: "alive", ttlSeconds: 999, grantedSeconds: 1000, keys: wantsKeys ? [Uint8Array.of(0x6b)] : [] }),
    downgradeEnabled: (done) => done({ kind: "read", isEnabled: false }),
    ...changes,
  };
}

type Ask = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

/** Asks a page, which must answer at once and once. */
function ask(page: Page, target: string, { method = "GET", headers = {}, body = "" }: Ask = {}): PageResponse {
  const answers: PageResponse[] = [];
  const pageRequest: PageRequest = {
    method,
    ...parseTarget(target)!,
    header: (name) => headers[name],
    host: headers["host"] ?? "127.0.0.1:2379",
    isSecure: false,
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
  };
  page(pageRequest, (response) => answers.push(response));
  assert.equal(answers.length, 1);
  return answers[0]!;
}

function headerOf({ headers }: PageResponse, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

const onClient = (changes: Partial<ServerPages> = {}, rules = ANYBODY, logger: Logger = silentLogger): Page =>
  clientPages({ server: serverWith(changes), metrics: new Metrics({ isExtensive: false }), logger }, rules);
const onPeer = (changes: Partial<ServerPages> = {}): Page => peerPages(serverWith(changes));

describe("server/client-pages", () => {
  it("tells versions, and of a cluster that has not decided", () => {
    const { body } = ask(onClient(), "/version");
    assert.equal(body, '{"etcdserver":"3.5.30","etcdcluster":"3.5.0"}');
    const undecided = ask(onClient({ clusterVersion: () => undefined, storageVersion: () => "unknown" }), "/version");
    assert.equal(undecided.body, '{"etcdserver":"3.5.30","etcdcluster":"not_decided","storage":"unknown"}');
  });

  it("answers /health by alarms, then the leader, then a read", () => {
    const alarms = () => [
      { memberId: ID, alarm: "NOSPACE" },
      { memberId: LEARNER, alarm: "CORRUPT" },
    ];
    const hasLeader = () => false;
    const cases: readonly [Partial<ServerPages>, string, string | undefined][] = [
      [{}, "/health", undefined],
      [{ alarms, hasLeader }, "/health", "ALARM NOSPACE"],
      [{ alarms, hasLeader }, "/health?exclude=nospace", "ALARM NOSPACE"],
      [{ alarms, hasLeader }, "/health?exclude=NOSPACE", "ALARM CORRUPT"],
      [{ alarms, hasLeader }, "/health?exclude=NOSPACE&exclude=CORRUPT", "RAFT NO LEADER"],
      [{ alarms: () => [{ memberId: ID, alarm: "FIRE" }] }, "/health", "ALARM UNKNOWN"],
      [{ hasLeader }, "/health?serializable=true", undefined],
      [{ hasLeader }, "/health?serializable=1", "RAFT NO LEADER"],
      [{ linearizableRead: (done) => done("Timeout") }, "/health", "RANGE ERROR:etcdserver: request timed out"],
      [{ linearizableRead: (done) => done("Timeout") }, "/health?serializable=true", undefined],
      [
        { serializableRead: (done) => done("Stopped") },
        "/health?serializable=true",
        "RANGE ERROR:etcdserver: server stopped",
      ],
    ];
    for (const [changes, target, reason] of cases) {
      const answer = ask(onClient(changes), target);
      assert.equal(answer.status, reason === undefined ? 200 : 503, target);
      const expected =
        reason === undefined ? '{"health":"true","reason":""}' : `{"health":"false","reason":"${reason}"}\n`;
      assert.equal(answer.body, expected);
    }
  });

  it("counts what /health and the checks answered, and logs what is wrong", () => {
    const metrics = new Metrics({ isExtensive: false });
    const lines: string[] = [];
    const logger = {
      ...silentLogger,
      warn: (line: string) => lines.push(line),
      error: (line: string) => lines.push(line),
    };
    const page = clientPages({ server: serverWith({ isLearner: () => true }), metrics, logger }, ANYBODY);
    ask(page, "/health");
    ask(page, "/readyz");
    assert.deepEqual([metrics.health.successes, metrics.health.failures], [1, 0]);
    assert.deepEqual(lines, ["Health check error; path: /readyz; reason: non_learner: not supported for learner"]);
  });

  it("answers /livez and /readyz with lines where they are asked for or something is wrong", () => {
    const corrupt = { alarms: () => [{ memberId: ID, alarm: "CORRUPT" }] };
    const full = { alarms: () => [{ memberId: ID, alarm: "NOSPACE" }] };
    const late: Partial<ServerPages> = { linearizableRead: (done) => done("Timeout") };
    const good = "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n";
    const cases: readonly [Partial<ServerPages>, string, number, string][] = [
      [{}, "/livez", 200, "ok\n"],
      [late, "/livez", 200, "ok\n"],
      [{}, "/livez?verbose", 200, "[+]serializable_read ok\nok\n"],
      [{}, "/livez/serializable_read?verbose=", 200, "[+]serializable_read ok\nok\n"],
      [{}, "/readyz", 200, "ok\n"],
      [full, "/readyz?verbose&exclude=foo", 200, good],
      [
        {},
        "/readyz?exclude=data_corruption&exclude=non_learner&verbose",
        200,
        "[+]serializable_read ok\n[+]linearizable_read ok\nok\n",
      ],
      [corrupt, "/readyz/data_corruption", 503, "[-]data_corruption failed: alarm activated: CORRUPT\n\n"],
      [corrupt, "/readyz/data_corruption?exclude=data_corruption", 200, "ok\n"],
      [corrupt, "/readyz/non_learner", 200, "ok\n"],
      [
        late,
        "/readyz",
        503,
        "[+]data_corruption ok\n[+]serializable_read ok\n[-]linearizable_read failed: etcdserver: request timed out\n[+]non_learner ok\n\n",
      ],
      [{ isLearner: () => true }, "/readyz/non_learner", 503, "[-]non_learner failed: not supported for learner\n\n"],
      [{}, "/readyz/fire", 404, "404 page not found\n"],
      [{}, "/livez/", 404, "404 page not found\n"],
    ];
    for (const [changes, target, status, body] of cases) {
      const answer = ask(onClient(changes), target);
      assert.deepEqual([answer.status, answer.body], [status, body], target);
      assert.equal(headerOf(answer, "x-content-type-options"), "nosniff");
    }
  });

  it("waits for checks that answer later, and answers once", () => {
    let finish: (() => void) | undefined;
    const page = onClient({ linearizableRead: (done) => (finish = () => done(undefined)) });
    const answers: PageResponse[] = [];
    const readyz: PageRequest = {
      method: "GET",
      ...parseTarget("/readyz")!,
      header: () => undefined,
      host: "a",
      isSecure: false,
      body: new Uint8Array(0),
    };
    page(readyz, (response) => answers.push(response));
    assert.equal(answers.length, 0);
    finish?.();
    assert.deepEqual(
      answers.map(({ body }) => body),
      ["ok\n"],
    );
  });

  it("turns other methods away, everywhere but at /metrics", () => {
    for (const path of ["/version", "/health", "/livez", "/readyz/non_learner", "/debug/vars"]) {
      for (const method of ["POST", "PUT", "DELETE", "HEAD"]) {
        const answer = ask(onClient(), path, { method });
        assert.deepEqual([answer.status, answer.body, headerOf(answer, "allow")], [405, "Method Not Allowed\n", "GET"]);
      }
    }
    assert.equal(ask(onClient(), "/metrics", { method: "POST" }).status, 200);
  });

  it("has no page of what it does not serve", () => {
    for (const path of [
      "/",
      "/foo",
      "/debug/pprof/",
      "/debug/requests",
      "/version/",
      "/v3/kv/range",
      "/config/local/log",
    ]) {
      assert.deepEqual([ask(onClient(), path).status, ask(onClient(), path).body], [404, "404 page not found\n"]);
    }
    const onMetricsPort = metricsPages({
      server: serverWith(),
      metrics: new Metrics({ isExtensive: false }),
      logger: silentLogger,
    });
    for (const path of ["/health", "/livez", "/readyz/non_learner", "/metrics"])
      assert.equal(ask(onMetricsPort, path).status, 200);
    for (const path of ["/version", "/debug/vars"]) assert.equal(ask(onMetricsPort, path).status, 404);
    assert.equal(ask(onMetricsPort, "/health", { method: "OPTIONS" }).status, 405);
  });

  it("lists what expvar does, with raft's status", () => {
    const { body } = ask(onClient(), "/debug/vars");
    assert.equal(
      body,
      '{\n"cmdline": ["quorate","--name=\\u003ca\\u003e"],\n"raft.status": {"id":"ec1314ea52838568","term":2,"vote":"ec1314ea52838568",' +
        '"commit":11,"lead":"ec1314ea52838568","raftState":"StateLeader","applied":11,' +
        '"progress":{"ec1314ea52838568":{"match":11,"next":12,"state":"StateReplicate"}},"leadtransferee":"0"}\n}\n',
    );
    assert.deepEqual(Object.keys(JSON.parse(body as string)), ["cmdline", "raft.status"]);
  });

  it("answers a scrape that fails with 500, and counts it", () => {
    const metrics = new Metrics({ isExtensive: false });
    const server = serverWith({
      metricsText: () => {
        throw new Error("no figures");
      },
    });
    assert.equal(ask(clientPages({ server, metrics, logger: silentLogger }, ANYBODY), "/metrics").status, 500);
    assert.deepEqual([metrics.scrape.successes, metrics.scrape.failures, metrics.scrape.inFlight], [0, 1, 0]);
  });

  it("turns unknown hosts away where there is a whitelist and no TLS", () => {
    const page = onClient({}, { hostWhitelist: ["foo.com", "::1"], corsOrigins: [] });
    for (const host of ["foo.com", "foo.com:2379", "[::1]:2379", "::1"]) {
      assert.equal(ask(page, "/version", { headers: { host } }).status, 200, host);
    }
    for (const [host, named] of [
      ["evil.com:99", "evil.com"],
      ["FOO.com", "FOO.com"],
      ["[::2]:1", "::2"],
      ['a"b', 'a\\"b'],
    ] as const) {
      const answer = ask(page, "/health", { method: "OPTIONS", headers: { host } });
      assert.equal(answer.status, 421);
      assert.match(answer.body as string, /^\netcd received your request, but the Host header was unrecognized\.\n\n/);
      assert.ok((answer.body as string).includes(`etcd --host-whitelist "${named}"\n`), named);
    }
    const secure: PageRequest = {
      method: "GET",
      ...parseTarget("/version")!,
      header: () => undefined,
      host: "evil.com",
      isSecure: true,
      body: new Uint8Array(0),
    };
    page(secure, ({ status }) => assert.equal(status, 200));
  });

  it("names origins that may ask, and answers OPTIONS with nothing", () => {
    const some = onClient({}, { hostWhitelist: ["*"], corsOrigins: ["http://a.com"] });
    const originOf = (page: Page, origin?: string): string | undefined =>
      headerOf(
        ask(page, "/version", { headers: origin === undefined ? {} : { origin } }),
        "access-control-allow-origin",
      );
    assert.equal(originOf(some, "http://a.com"), "http://a.com");
    assert.equal(originOf(some, "http://b.com"), undefined);
    assert.equal(originOf(some), undefined);
    assert.equal(originOf(onClient(), "http://b.com"), "*");
    assert.equal(originOf(onClient({}, { hostWhitelist: [], corsOrigins: [] })), "*");
    const options = ask(some, "/anything", { method: "OPTIONS", headers: { origin: "http://a.com" } });
    assert.deepEqual([options.status, options.body, options.headers.length], [200, "", 3]);
  });
});

describe("server/peer-pages", () => {
  const clusterOf = (answer: PageResponse): string | undefined => headerOf(answer, "x-etcd-cluster-id");

  it("lists members with ids of 64 bits", () => {
    const answer = ask(onPeer(), "/members?x=1");
    assert.equal(
      answer.body,
      '[{"id":5594313560822288765,"peerURLs":["http://127.0.0.1:43380"],"isLearner":true},' +
        '{"id":17010963214147749224,"peerURLs":["http://127.0.0.1:2380"],"name":"default","clientURLs":["http://127.0.0.1:2379"]}]\n',
    );
    assert.equal(clusterOf(answer), "dfd396ec7b4c7b9e");
    assert.equal(ask(onPeer(), "/members/x").status, 404);
  });

  it("promotes, with the caller's token, and says why it did not", () => {
    const asked: [bigint, string | undefined][] = [];
    const page = onPeer({
      promote: (id, token, done) => {
        asked.push([id, token]);
        done({ kind: "promoted" });
      },
    });
    const good = ask(page, "/members/promote/18446744073709551615", {
      method: "POST",
      headers: { authorization: "t.1" },
    });
    assert.deepEqual([good.status, String(good.body).slice(0, 27)], [200, '[{"id":5594313560822288765,']);
    assert.deepEqual(asked, [[18446744073709551615n, "t.1"]]);
    const failures = [
      ["MemberNotFound", 404, "membership: ID not found\n"],
      ["MemberNotLearner", 412, "membership: can only promote a learner member\n"],
      ["LearnerNotReady", 412, "etcdserver: can only promote a learner member which is in sync with leader\n"],
      ["Timeout", 500, '{"message":"Internal Server Error"}'],
    ] as const;
    for (const [code, status, body] of failures) {
      const answer = ask(
        onPeer({ promote: (_id, _token, done) => done({ kind: "failed", code }) }),
        "/members/promote/1",
        { method: "POST" },
      );
      assert.deepEqual([answer.status, answer.body, clusterOf(answer)], [status, body, "dfd396ec7b4c7b9e"]);
    }
    for (const text of ["", "abc", "0x1", "-1", "1.5", "18446744073709551616"]) {
      const answer = ask(page, `/members/promote/${text}`, { method: "POST" });
      assert.deepEqual([answer.status, answer.body], [404, `member ${text} not found in cluster\n`]);
    }
    assert.equal(headerOf(ask(page, "/members/promote/1"), "allow"), "POST");
  });

  it("hashes the revision that a body on a GET names", () => {
    const asked: number[] = [];
    const page = onPeer({
      hashKv: (revision, done) => {
        asked.push(revision);
        done({ kind: "hashed", hashed: { revision: 4, hash: 0, compactRevision: -1, hashRevision: 3 } });
      },
    });
    const answer = ask(page, "/members/hashkv", {
      body: '{"revision":2}',
      headers: { "x-etcd-cluster-id": "dfd396ec7b4c7b9e" },
    });
    assert.equal(answer.body, '{"header":{"revision":4},"compact_revision":-1,"hash_revision":3}');
    assert.deepEqual(asked, [2]);
    assert.equal(
      ask(onPeer(), "/members/hashkv", { body: "{}" }).body,
      '{"header":{"revision":4},"hash":3848472164,"compact_revision":3}',
    );
    const foreign = ask(page, "/members/hashkv", { body: "{}", headers: { "x-etcd-cluster-id": "abc" } });
    assert.deepEqual([foreign.status, foreign.body], [412, "cluster ID mismatch\n"]);
    for (const [code, text] of [
      ["Compacted", "mvcc: required revision has been compacted\n"],
      ["FutureRev", "mvcc: required revision is a future revision\n"],
      ["Timeout", "etcdserver: request timed out\n"],
    ] as const) {
      const refused = ask(onPeer({ hashKv: (_revision, done) => done({ kind: "failed", code }) }), "/members/hashkv", {
        body: "{}",
      });
      assert.deepEqual([refused.status, refused.body], [400, text]);
    }
  });

  it("reads requests for a hash as Go does", () => {
    const parse = (text: string): number | undefined => parseHashRequest(new TextEncoder().encode(text));
    for (const [text, revision] of [
      ['{"revision":7}', 7],
      ['{"Revision":7,"other":"x"}', 7],
      ['{"revision":-1}', -1],
      ["{}", 0],
      ["null", 0],
      ['{"revision":null}', 0],
      ['{"revision":9223372036854774784}', Number.MAX_SAFE_INTEGER],
    ] as const) {
      assert.equal(parse(text), revision, text);
    }
    for (const text of [
      "",
      "x",
      "[]",
      "1",
      '"a"',
      '{"revision":"1"}',
      '{"revision":1.5}',
      '{"revision":1}x',
      '{"revision":1',
      '{"revision":9223372036854775808}',
    ])
      assert.equal(parse(text), undefined, text);
  });

  it("renews leases and tells how long they have", () => {
    const keepAlive = encodeLeaseKeepAliveRequest({ ID: LEASE });
    const renewed = ask(onPeer(), "/leases", { method: "POST", body: keepAlive });
    assert.equal(headerOf(renewed, "content-type"), "application/protobuf");
    assert.deepEqual(decodeLeaseKeepAliveResponse(renewed.body as Uint8Array), {
      header: undefined,
      ID: LEASE,
      TTL: 1000,
    });
    const timeToLive = encodeLeaseInternalRequest({ leaseTimeToLiveRequest: { ID: LEASE, keys: true } });
    const alive = ask(onPeer(), "/leases/internal", { method: "POST", body: timeToLive });
    // As a leader of etcd's wrote it, with an empty header.
    const bytes = "0a150a001090a2afb7fba8d1b40518e70720e8072a016b";
    assert.equal(Buffer.from(alive.body as Uint8Array).toString("hex").length, bytes.length);
    assert.deepEqual(
      { ...decodeLeaseInternalResponse(alive.body as Uint8Array).leaseTimeToLiveResponse, header: undefined },
      { header: undefined, ID: LEASE, TTL: 999, grantedTTL: 1000, keys: [Uint8Array.of(0x6b)] },
    );
    for (const [kind, text, renewal, query] of [
      ["missing", "lease not found\n", 404, 404],
      ["late", "waiting for node to catch up its applied index has timed out\n", 408, 408],
      ["demoted", "not a primary lessor\n", 400, 500],
    ] as const) {
      const page = onPeer({
        renewLease: (_id, done) => done({ kind }),
        leaseTimeToLive: (_id, _keys, done) => done({ kind }),
      });
      const first = ask(page, "/leases", { method: "POST", body: keepAlive });
      const second = ask(page, "/leases/internal", { method: "POST", body: timeToLive });
      assert.deepEqual([first.status, first.body, second.status, second.body], [renewal, text, query, text]);
    }
  });

  it("refuses lease requests that are none", () => {
    const keepAlive = encodeLeaseKeepAliveRequest({ ID: LEASE });
    const timeToLive = encodeLeaseInternalRequest({ leaseTimeToLiveRequest: { ID: LEASE, keys: false } });
    const wrong: readonly [string, Uint8Array][] = [
      ["/leases", Uint8Array.of(0xff, 0xff)],
      ["/leases", timeToLive],
      ["/leases/internal", keepAlive],
      ["/leases/internal", new Uint8Array(0)],
      ["/leases/internal", timeToLive.subarray(0, 5)],
    ];
    for (const [path, body] of wrong) {
      const answer = ask(onPeer(), path, { method: "POST", body });
      assert.deepEqual([answer.status, answer.body], [400, "error unmarshalling request\n"], path);
    }
    const other = ask(onPeer(), "/leases");
    assert.deepEqual([other.status, headerOf(other, "allow")], [405, undefined]);
  });

  it("tells whether a downgrade is under way", () => {
    assert.equal(ask(onPeer(), "/downgrade/enabled").body, "false");
    const failed = ask(
      onPeer({ downgradeEnabled: (done) => done({ kind: "failed", code: "Timeout" }) }),
      "/downgrade/enabled",
    );
    assert.deepEqual(
      [failed.status, failed.body, clusterOf(failed)],
      [500, "failed linearized read: etcdserver: request timed out\n", "dfd396ec7b4c7b9e"],
    );
  });
});

describe("server/pages beside a live etcd", () => {
  const methods = ["GET", "POST", "HEAD", "OPTIONS", "DELETE"];

  it("answers as etcd does, on all three ports", { skip: skipWithoutEtcd() }, async () => {
    const etcd = await LiveEtcd.start();
    const servers: Server[] = [];
    const listen = async (page: Page): Promise<number> => {
      const server = createPageServer(page, false);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return (server.address() as AddressInfo).port;
    };
    try {
      const server = await sameAs(etcd);
      const deps = { server, metrics: new Metrics({ isExtensive: false }), logger: silentLogger };
      const ours = {
        client: await listen(clientPages(deps, ANYBODY)),
        metrics: await listen(metricsPages(deps)),
        peer: await listen(peerPages(server)),
      };
      const theirs = { client: etcd.clientPort, metrics: etcd.metricsPort, peer: etcd.peerPort };
      let compared = 0;
      for (const port of ["client", "metrics", "peer"] as const) {
        for (const [method, path, body] of requests(port)) {
          const mine = comparable(await send(ours[port], method, path, body));
          assert.deepEqual(
            mine,
            comparable(await send(theirs[port], method, path, body)),
            `${port} ${method} ${path} ${body}`,
          );
          compared++;
        }
      }
      assert.ok(compared > 100);
    } finally {
      for (const server of servers) server.close();
      await etcd.stop();
    }
  });

  /** With the length of the body, which Node leaves out of a GET. */
  function send(port: number, method: string, path: string, body: string | Uint8Array): Promise<Reply> {
    const headers: Record<string, string> = body.length === 0 ? {} : { "content-length": String(body.length) };
    return request(port, method, path, { body, headers });
  }

  /** The server in memory, with the ids and the hash of the live one. */
  async function sameAs(etcd: LiveEtcd): Promise<ServerPages> {
    const members = await request(etcd.peerPort, "GET", "/members");
    const hash = await send(etcd.peerPort, "GET", "/members/hashkv", "{}");
    const url = (port: number): string[] => [`http://127.0.0.1:${port}`];
    const id = BigInt(/"id":(\d+)/.exec(members.body)?.[1] ?? "0");
    const self = newMember({ id, peerUrls: url(etcd.peerPort), name: "default", clientUrls: url(etcd.clientPort) });
    const hashed = {
      revision: 1,
      hash: JSON.parse(hash.body).hash as number,
      compactRevision: -1,
      hashRevision: undefined,
    };
    return serverWith({
      clusterId: BigInt(`0x${members.headers["x-etcd-cluster-id"]}`),
      members: () => [self],
      hashKv: (revision, done) =>
        done(revision > 1 ? { kind: "failed", code: "FutureRev" } : { kind: "hashed", hashed }),
      promote: (wanted, _token, done) =>
        done({ kind: "failed", code: wanted === id ? "MemberNotLearner" : "MemberNotFound" }),
      renewLease: (_id, done) => done({ kind: "missing" }),
      leaseTimeToLive: (_id, _keys, done) => done({ kind: "missing" }),
    });
  }

  function requests(
    port: "client" | "metrics" | "peer",
  ): (readonly [method: string, path: string, body: string | Uint8Array])[] {
    const paths = {
      client: [
        "/version",
        "/%76ersion",
        "/health",
        "/livez",
        "/livez?verbose",
        "/readyz",
        "/readyz/non_learner",
        "/readyz/x",
        "/debug/pprof/",
        "/",
      ],
      metrics: ["/health", "/livez", "/readyz", "/version", "/debug/vars"],
      peer: [
        "/version",
        "/members",
        "/members/",
        "/members/x",
        "/members/promote/1",
        "/members/promote/a",
        "/downgrade/enabled",
        "/health",
      ],
    }[port];
    const all = methods.flatMap((method) => paths.map((path) => [method, path, ""] as const));
    if (port === "client")
      return [...all, ["GET", "/health?serializable=true", ""], ["GET", "/health?exclude=%zz", ""]];
    if (port === "metrics") return all;
    const bodies = [
      "{}",
      "null",
      "",
      "x",
      "[]",
      '{"revision":1}',
      '{"revision":0}',
      '{"revision":99}',
      '{"revision":"1"}',
      '{"Revision":1}x',
    ];
    const missing = encodeLeaseKeepAliveRequest({ ID: 0x77n });
    const missingToo = encodeLeaseInternalRequest({ leaseTimeToLiveRequest: { ID: 0x77n, keys: true } });
    return [
      ...all,
      ...bodies.map((body) => ["GET", "/members/hashkv", body] as const),
      ["GET", "/leases", ""],
      ["POST", "/leases", missing],
      ["POST", "/leases", missingToo],
      ["POST", "/leases/internal", missing],
      ["POST", "/leases/internal", missingToo],
    ];
  }

  /** What must be equal: all but the time, the connection's own fields, and lengths where there is no body. */
  function comparable({ status, headers, body }: Reply): unknown {
    const { date: _date, connection: _connection, "keep-alive": _keepAlive, ...rest } = headers;
    return { status, headers: rest, body };
  }
});
