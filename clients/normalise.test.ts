import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formsOfId, normalise, type RuleName } from "./normalise.ts";

const ID = 0x0123_4567_89ab_cdefn;

/** What a rule makes of a text. */
function ruled(rule: RuleName, text: string): string {
  return normalise(text, [], [rule]);
}

describe("clients/normalise", () => {
  it("replaces an id in every form, and no other number", () => {
    const known = formsOfId(ID, "<m1>");
    const text = `Member  123456789abcdef added, 0123456789abcdef, ${ID}, "revision":17`;
    assert.equal(normalise(text, known, []), 'Member <m1> added, <m1>, <m1>, "revision":17');
  });

  it("replaces the longer of two texts first", () => {
    const known = [["123", "<short>"] as const, ["http://a:1234", "<long>"] as const];
    assert.equal(normalise("http://a:1234 123", known, []), "<long> <short>");
  });

  it("leaves a term that is part of another word alone", () => {
    assert.equal(normalise('"raft_term":7,"term":7,"revision":7', [], []), '"raft_term":<term>,"term":7,"revision":7');
  });

  it("replaces no more than a rule is for", () => {
    assert.equal(ruled("took", "took = 1.5ms, revision 15"), "took = <duration>, revision 15");
    assert.equal(ruled("size", "20 kB, 20 keys"), "<size>, 20 keys");
    assert.equal(ruled("ttl", "granted with TTL(600s), remaining(599s)"), "granted with TTL(600s), remaining(<ttl>s)");
    assert.equal(ruled("hash", '"hash":123,"hash_revision":4'), '"hash":<hash>,"hash_revision":4');
    assert.equal(ruled("raft", '"raftIndex":8,"version":8'), '"raftIndex":<raft>,"version":8');
    assert.equal(ruled("session", "held/694d9a3b1c2d3e4f\nheld/a"), "held/<session>\nheld/a");
    assert.equal(ruled("order", "attached keys([b a]), [b a]"), "attached keys([a b]), [b a]");
  });

  it("sorts members, also those of ETCD_INITIAL_CLUSTER", () => {
    assert.equal(ruled("members", 'b\na\nETCD_INITIAL_CLUSTER="m2=x,m1=y"'), 'ETCD_INITIAL_CLUSTER="m1=y,m2=x"\na\nb');
  });
});
