import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodePutResponse, encodePutResponse, newPutResponse, Writer } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import { SingleMember } from "../testing/index.ts";
import { HeaderEncoder, newHeader } from "./header.ts";

function encodeWith(encoder: HeaderEncoder, revision: number): Uint8Array {
  const w = new Writer(new Uint8Array(encoder.size(revision)));
  encoder.write(w, revision);
  assert.equal(w.pos, w.bytes.length);
  return w.bytes;
}

describe("server/services/header", () => {
  it("names member, cluster and term", () => {
    const server = new SingleMember();
    const { clusterId, memberId } = server;
    assert.deepEqual(newHeader(server, 7), { clusterId, memberId, revision: 7, raftTerm: 2 });
  });

  it("writes the bytes of the codec, in whatever term and at whatever revision", () => {
    withSeed("services/header", ({ prng }) => {
      for (let round = 0; round < 50; round++) {
        const raft = { term: 0 };
        const ids = { clusterId: BigInt(prng.uint32()) << BigInt(prng.below(33)), memberId: BigInt(prng.below(3)) };
        const server = { ...ids, raft };
        const encoder = new HeaderEncoder(server);
        for (let i = 0; i < 20; i++) {
          if (prng.chance(0.3)) raft.term += prng.below(1000);
          const revision = prng.below(2) * prng.uint32() * prng.below(2 ** 20);
          const expected = encodePutResponse(newPutResponse({ header: newHeader(server, revision) }));
          assert.deepEqual(encodeWith(encoder, revision), expected);
          assert.equal(decodePutResponse(expected).header?.revision, revision);
        }
      }
    });
  });
});
