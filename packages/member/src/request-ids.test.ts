import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RequestIds } from "./request-ids.ts";

describe("member/request-ids", () => {
  it("puts the member's low 16 bits before five bytes of time and one of counter, as etcd does", () => {
    const ids = new RequestIds(0xfd42_2379_fda5_0e48n, 0x12_3456_789a);
    assert.equal(ids.next(), 0x0e48_1234_5678_9a01n);
    assert.equal(ids.next(), 0x0e48_1234_5678_9a02n);
  });

  it("counts on into the time, and around its end", () => {
    const ids = new RequestIds(1n, 2 ** 40 - 1);
    let last = 0n;
    for (let i = 0; i < 255; i++) last = ids.next();
    assert.equal(last, 0x0001_ffff_ffff_ffffn);
    assert.equal(ids.next(), 0x0001_0000_0000_0000n);
  });

  it("shares no id with another member, nor with its own next start a millisecond later", () => {
    const seen = new Set<bigint>();
    for (const [member, startMs] of [
      [1n, 1_000],
      [2n, 1_000],
      [1n, 1_001],
    ] as const) {
      const ids = new RequestIds(member, startMs);
      for (let i = 0; i < 255; i++) {
        const id = ids.next();
        assert.ok(!seen.has(id));
        seen.add(id);
      }
    }
  });
});
