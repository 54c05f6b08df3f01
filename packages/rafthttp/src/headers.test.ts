import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkRequest, type Identity, isCompatible, one, remoteOf, requestHeaders } from "./headers.ts";

const identity: Identity = {
  id: 0xabcn,
  clusterId: 0x1000n,
  version: "3.5.30",
  urls: ["http://127.0.0.1:2380", "http://10.0.0.1:2380"],
};

/** Headers as a server sees them: names in lower case. */
const received = (changes: Record<string, string | undefined> = {}): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.entries(requestHeaders(identity)).map(([name, value]) => [name.toLowerCase(), value])),
  ...changes,
});

describe("rafthttp/headers", () => {
  it("names sender, versions, cluster and URLs, ids in hex without padding", () => {
    assert.deepEqual(requestHeaders(identity), {
      "X-Server-From": "abc",
      "X-Server-Version": "3.5.30",
      "X-Min-Cluster-Version": "3.0.0",
      "X-Etcd-Cluster-ID": "1000",
      "X-PeerURLs": "http://127.0.0.1:2380,http://10.0.0.1:2380",
    });
  });

  it("adds the receiver for streams", () => {
    assert.equal(requestHeaders(identity, 2n ** 64n - 3n)["X-Raft-To"], "fffffffffffffffd");
  });

  it("lets a member of the same cluster and version in", () => {
    assert.equal(checkRequest(identity, received()), undefined);
  });

  for (const [name, headers] of Object.entries({
    "names no version": { "x-server-version": undefined },
    "names no least cluster version, which stands for 2.0, but is too old itself": { "x-server-version": "2.3.0" },
    "is older than 3.0": { "x-server-version": "2.3.8" },
    "names a version that is none": { "x-server-version": "new" },
    "wants a newer cluster than this": { "x-min-cluster-version": "3.6.0" },
    "wants a least version that is none": { "x-min-cluster-version": "3" },
    "names an empty version": { "x-server-version": "" },
  })) {
    it(`answers 412 "incompatible version" to a peer that ${name}`, () => {
      assert.deepEqual(checkRequest(identity, received(headers)), { status: 412, body: "incompatible version\n" });
    });
  }

  it("takes a peer without a least cluster version for one that lives with 2.0", () => {
    assert.equal(checkRequest(identity, received({ "x-min-cluster-version": undefined })), undefined);
  });

  it("compares versions before clusters", () => {
    const refusal = checkRequest(identity, received({ "x-server-version": "2.0.0", "x-etcd-cluster-id": "1" }));
    assert.equal(refusal?.body, "incompatible version\n");
  });

  for (const cluster of ["1001", "", undefined, "01000"]) {
    it(`answers 412 "cluster ID mismatch" to cluster ${cluster}`, () => {
      assert.deepEqual(checkRequest(identity, received({ "x-etcd-cluster-id": cluster })), {
        status: 412,
        body: "cluster ID mismatch\n",
      });
    });
  }

  it("compares major and minor only", () => {
    assert.equal(isCompatible("3.5.30", "3.0.0", "3.0.0"), true);
    assert.equal(isCompatible("3.5.30", "2.99.99", "2.0.0"), false);
    assert.equal(isCompatible("3.5.30", "3.7.1", "3.5.99"), true);
    assert.equal(isCompatible("3.5.30", "3.7.1", "3.6.0"), false);
    assert.equal(isCompatible("3.5.30", "4.0.0-alpha.0", "3.0.0"), true);
    assert.equal(isCompatible("3.10.0", "3.9.0", "3.9.0"), true);
    assert.equal(isCompatible("none", "3.5.0", "3.0.0"), false);
  });

  it("remembers a sender with its URLs", () => {
    assert.deepEqual(remoteOf(received()), { id: 0xabcn, urls: identity.urls });
  });

  for (const [name, headers] of Object.entries({
    "without an id": { "x-server-from": undefined },
    "whose id is no hex": { "x-server-from": "0x1" },
    "whose id is too long": { "x-server-from": "11111111111111111" },
    "whose id is 0": { "x-server-from": "0" },
    "without URLs": { "x-peerurls": undefined },
    "whose URLs are none": { "x-peerurls": "ftp://host:1,host:2,http://host/path,http://user@host:1" },
  })) {
    it(`remembers no sender ${name}`, () => assert.equal(remoteOf(received(headers)), undefined));
  }

  it("keeps the good ones of a sender's URLs", () => {
    assert.deepEqual(remoteOf(received({ "x-peerurls": "ftp://a:1,https://b:2" }))?.urls, ["https://b:2"]);
  });

  it("finds a header in lower case, and the first of several values", () => {
    assert.equal(one({ "x-raft-to": ["1", "2"] }, "X-Raft-To"), "1");
    assert.equal(one({}, "X-Raft-To"), undefined);
  });
});
