import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalAddress, type NameLookup, parseSubjectAltName, refusePeerAddress } from "./peer-names.ts";

const ADDRESSES: Readonly<Record<string, readonly string[]>> = { "a.example": ["10.0.0.1", "::1"] };
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  "10.0.0.1": ["A.peers.example."],
  "10.0.0.2": ["peers.example"],
};

/** A resolver that knows two tables and fails for the rest. */
const lookup: NameLookup = {
  addressesOf: async (host) => ADDRESSES[host] ?? Promise.reject(new Error("ENOTFOUND")),
  hostsOf: async (address) => HOSTS[address] ?? Promise.reject(new Error("ENOTFOUND")),
};

describe("rafthttp/peer-names", () => {
  it("reads names and addresses, and nothing from inside quotes", () => {
    assert.deepEqual(parseSubjectAltName(undefined), { addresses: [], hosts: [] });
    assert.deepEqual(
      parseSubjectAltName("DNS:a.example, IP Address:10.0.0.1, URI:http://x, IP Address:0:0:0:0:0:0:0:1"),
      {
        addresses: ["10.0.0.1", "0:0:0:0:0:0:0:1"],
        hosts: ["a.example"],
      },
    );
    assert.deepEqual(parseSubjectAltName('DNS:"a.example, IP Address:10.0.0.1", email:x@y'), {
      addresses: [],
      hosts: ["a.example, IP Address:10.0.0.1"],
    });
  });

  it("knows an address in all its spellings", () => {
    for (const text of ["::ffff:10.0.0.1", "::FFFF:a00:1", "10.0.0.1"])
      assert.equal(canonicalAddress(text), "10.0.0.1");
    for (const text of ["fe80::1%eth0", "FE80:0:0:0:0:0:0:1"]) assert.equal(canonicalAddress(text), "fe80::1");
    assert.equal(canonicalAddress("no:address"), "no:address");
  });

  for (const [why, san, remote, isFine] of [
    ["no names at all", "", "10.9.9.9", true],
    ["names of another kind", "URI:http://x", "10.9.9.9", true],
    ["its own address", "IP Address:10.0.0.1", "::ffff:10.0.0.1", true],
    ["the address of somebody else", "IP Address:10.0.0.1", "10.0.0.2", false],
    ["an address in longer spelling", "IP Address:0:0:0:0:0:0:0:1", "::1", true],
    ["a name that resolves to it", "DNS:a.example", "10.0.0.1", true],
    ["a name that resolves to another", "DNS:a.example", "10.0.0.2", false],
    ["a name that does not resolve", "DNS:b.example", "10.0.0.1", false],
    ["a wrong address and a right name", "IP Address:10.0.0.9, DNS:a.example", "10.0.0.1", true],
    ["a wildcard that its name ends with", "DNS:*.peers.example", "10.0.0.1", true],
    ["a wildcard of the domain that is its name", "DNS:*.peers.example", "10.0.0.2", false],
    ["a wildcard, and no name", "DNS:*.peers.example", "10.0.0.3", false],
  ] as const)
    it(`${isFine ? "takes" : "refuses"} a peer with ${why}`, async () => {
      const refusal = await refusePeerAddress(parseSubjectAltName(san), remote, lookup);
      assert.equal(refusal === undefined, isFine, refusal);
    });
});
