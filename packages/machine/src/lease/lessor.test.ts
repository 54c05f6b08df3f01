import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1 as ascii, MemoryBackend, toHex } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import { leaseKey } from "../schema.ts";
import { newLeaseRecord } from "./lease.ts";
import { LeaseHeap } from "./lease-heap.ts";
import { Lessor, MAX_LEASE_TTL_SECONDS, minLeaseTtlSeconds } from "./lessor.ts";

const OPTIONS = { minTtlSeconds: 2, maxClockStepMs: 300, checkpointIntervalMs: undefined };
const INTERVAL_MS = 300_000;

/** A lessor with a host that looks at its clock every 100 ms. */
class Bench {
  readonly backend = new MemoryBackend();
  hostMs = 5_000;
  lessor: Lessor;

  constructor(options: Partial<ConstructorParameters<typeof Lessor>[1]> = {}) {
    this.lessor = new Lessor(this.backend, { ...OPTIONS, ...options });
    this.lessor.advance(this.hostMs);
  }

  pass(ms: number): void {
    for (const end = this.hostMs + ms; this.hostMs < end; ) {
      this.hostMs += Math.min(100, end - this.hostMs);
      this.lessor.advance(this.hostMs);
    }
  }

  row(id: bigint): string | undefined {
    const value = this.backend.get("lease", leaseKey(id));
    return value === undefined ? undefined : toHex(value);
  }
}

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
}

describe("machine/lease/lessor", () => {
  it("computes etcd's minimum TTL", () => {
    assert.equal(minLeaseTtlSeconds(10, 100), 2);
    assert.equal(minLeaseTtlSeconds(5, 100), 1);
    assert.equal(minLeaseTtlSeconds(50, 100), 8);
  });

  it("grants with a raised TTL, refuses id 0, a second grant and a TTL that is too large", () => {
    const { lessor } = new Bench();
    assert.equal(lessor.grant(7n, 60), 60);
    assert.equal(lessor.grant(8n, 0), 2);
    assert.equal(lessor.grant(-9n, -5), 2);
    assert.equal(
      code(() => lessor.grant(0n, 60)),
      "LeaseNotFound",
    );
    assert.equal(
      code(() => lessor.grant(7n, 60)),
      "LeaseExist",
    );
    assert.equal(
      code(() => lessor.grant(7n, MAX_LEASE_TTL_SECONDS + 1)),
      "LeaseTTLTooLarge",
    );
    assert.equal(lessor.grant(10n, MAX_LEASE_TTL_SECONDS), MAX_LEASE_TTL_SECONDS);
    assert.equal(
      code(() => lessor.remove(99n)),
      "LeaseNotFound",
    );
    assert.equal(
      code(() => lessor.keysOf(99n)),
      "LeaseNotFound",
    );
  });

  it("keeps rows in etcd's bytes, negative ids too", () => {
    const { lessor, backend } = new Bench();
    lessor.grant(0x1234n, 300);
    lessor.grant(-1n, 60);
    const rows: string[] = [];
    backend.range("lease", new Uint8Array(0), undefined, (key, value) => {
      rows.push(`${toHex(key)}=${toHex(value)}`);
      return true;
    });
    assert.deepEqual(rows, ["0000000000001234=08b42410ac02", "ffffffffffffffff=08ffffffffffffffffff01103c"]);
    lessor.remove(-1n);
    assert.equal(backend.get("lease", leaseKey(-1n)), undefined);
  });

  it("has a key belong to one lease at a time, and detaches it", () => {
    const { lessor } = new Bench();
    lessor.grant(1n, 60);
    lessor.grant(2n, 60);
    for (const key of ["b", "a", "\xff", "ab"]) lessor.setLease(key, 1n);
    assert.deepEqual(lessor.keysOf(1n), [ascii("a"), ascii("ab"), ascii("b"), Uint8Array.of(255)]);
    lessor.setLease("a", 2n);
    lessor.setLease("b", 0n);
    lessor.setLease("ab", 77n);
    assert.deepEqual(lessor.keysOf(1n), [Uint8Array.of(255)]);
    assert.equal(lessor.leaseOf("a"), 2n);
    assert.equal(lessor.leaseOf("ab"), 0n);
    assert.throws(() => lessor.remove(1n), /keys of a lease go before it/);
  });

  it("lets nothing expire on a member that does not lead", () => {
    const bench = new Bench();
    bench.lessor.grant(1n, 2);
    bench.pass(60_000);
    assert.deepEqual(bench.lessor.expired(10), []);
    bench.lessor.promote(1000);
    bench.pass(2_900);
    assert.deepEqual(bench.lessor.expired(10), []);
    bench.pass(100);
    assert.deepEqual(bench.lessor.expired(10), [1n]);
  });

  it("gives every lease its TTL and an election timeout when the leader changes", () => {
    const bench = new Bench();
    bench.lessor.promote(1000);
    bench.lessor.grant(1n, 10);
    bench.pass(9_900);
    bench.lessor.demote();
    bench.pass(5_000);
    bench.lessor.promote(1000);
    assert.deepEqual(bench.lessor.timeToLive(1n), { ttlSeconds: 11, grantedSeconds: 10 });
    bench.pass(10_900);
    assert.deepEqual(bench.lessor.expired(10), []);
    bench.pass(100);
    assert.deepEqual(bench.lessor.expired(10), [1n]);
  });

  it("expires nothing because the host was stopped, however long", () => {
    const bench = new Bench();
    bench.lessor.promote(0);
    bench.lessor.grant(1n, 5);
    bench.pass(1_000);
    bench.hostMs += 3_600_000;
    assert.equal(bench.lessor.advance(bench.hostMs), false);
    assert.deepEqual(bench.lessor.expired(10), []);
    assert.equal(bench.lessor.renew(1n)?.ttlSeconds, 5);
    assert.equal(bench.lessor.advance(bench.hostMs - 1), true, "a clock that goes back is no gap");
  });

  it("offers an expired lease again when its revocation got lost, and does not renew it meanwhile", () => {
    const bench = new Bench();
    bench.lessor.promote(0);
    bench.lessor.grant(1n, 2);
    bench.pass(2_000);
    assert.equal(bench.lessor.renew(1n), undefined);
    assert.deepEqual(bench.lessor.expired(10), [1n]);
    assert.deepEqual(bench.lessor.expired(10), []);
    bench.pass(3_000);
    assert.deepEqual(bench.lessor.expired(10), [1n]);
    bench.lessor.remove(1n);
    bench.pass(3_000);
    assert.deepEqual(bench.lessor.expired(10), []);
    assert.equal(bench.lessor.timeToLive(1n), undefined);
  });

  it("names no more leases at once than it is asked for", () => {
    const bench = new Bench();
    bench.lessor.promote(0);
    for (let id = 1n; id <= 10n; id++) bench.lessor.grant(id, 2);
    bench.pass(2_000);
    assert.equal(bench.lessor.expired(4).length, 4);
    assert.equal(bench.lessor.expired(4).length, 4);
    assert.equal(bench.lessor.expired(4).length, 2);
  });

  it("lists leases by expiry", () => {
    const bench = new Bench();
    bench.lessor.promote(0);
    bench.lessor.grant(1n, 90);
    bench.lessor.grant(2n, 30);
    bench.lessor.grant(3n, 60);
    assert.deepEqual(bench.lessor.list(), [2n, 3n, 1n]);
    bench.pass(1_000);
    bench.lessor.renew(2n);
    bench.pass(29_500);
    bench.lessor.renew(3n);
    assert.deepEqual(bench.lessor.list(), [2n, 1n, 3n]);
    assert.equal(bench.lessor.renew(9n), undefined);
  });

  it("comes back from the backend with its leases, short ones raised", () => {
    const bench = new Bench({ minTtlSeconds: 1 });
    bench.lessor.grant(1n, 1);
    bench.lessor.grant(-2n, 600);
    bench.lessor.checkpoint({ ID: -2n, remainingTTL: 400 }, true);
    const again = new Lessor(bench.backend, OPTIONS);
    again.promote(0);
    assert.deepEqual(again.timeToLive(1n), { ttlSeconds: 2, grantedSeconds: 2 });
    assert.deepEqual(again.timeToLive(-2n), { ttlSeconds: 400, grantedSeconds: 600 });
  });

  it("checkpoints long leases, writes them where asked, and clears them on renewal", () => {
    const bench = new Bench({ checkpointIntervalMs: INTERVAL_MS });
    bench.lessor.promote(0);
    bench.lessor.grant(1n, 600);
    bench.lessor.grant(2n, 300);
    const before = bench.row(1n);
    bench.pass(INTERVAL_MS);
    const due = bench.lessor.checkpointsDue(10);
    assert.deepEqual(due, [{ ID: 1n, remainingTTL: 300 }]);
    assert.deepEqual(bench.lessor.checkpointsDue(10), []);
    bench.lessor.checkpoint(due[0]!, false);
    assert.equal(bench.row(1n), before);
    bench.lessor.checkpoint(due[0]!, true);
    assert.equal(bench.row(1n), "080110d80418ac02");
    assert.equal(bench.lessor.timeToLive(1n)?.ttlSeconds, 300);
    assert.deepEqual(bench.lessor.renew(1n), { ttlSeconds: 600, clearsCheckpoint: true });
    const isTold = { ttlSeconds: 600, clearsCheckpoint: true };
    assert.deepEqual(bench.lessor.renew(1n), isTold, "nothing has told the log yet");
    bench.lessor.checkpoint({ ID: 1n, remainingTTL: 0 }, true);
    assert.deepEqual(bench.lessor.renew(1n), { ttlSeconds: 600, clearsCheckpoint: false });
    bench.lessor.checkpoint({ ID: 404n, remainingTTL: 1 }, true);
    bench.lessor.demote();
    assert.deepEqual(bench.lessor.checkpointsDue(10), []);
  });

  it("clears a checkpoint that is on its way while the lease is renewed", () => {
    const bench = new Bench({ checkpointIntervalMs: INTERVAL_MS });
    bench.lessor.promote(0);
    bench.lessor.grant(1n, 600);
    bench.pass(INTERVAL_MS);
    const [underWay] = bench.lessor.checkpointsDue(1);
    assert.deepEqual(bench.lessor.renew(1n), { ttlSeconds: 600, clearsCheckpoint: true });
    bench.lessor.checkpoint(underWay!, true);
    bench.lessor.checkpoint({ ID: 1n, remainingTTL: 0 }, true);
    bench.lessor.demote();
    bench.lessor.promote(0);
    assert.equal(bench.lessor.timeToLive(1n)?.ttlSeconds, 600, "the next leader gives the whole TTL");
    assert.deepEqual(bench.lessor.renew(1n), { ttlSeconds: 600, clearsCheckpoint: false });
  });

  it("agrees with a plain clock under random grants, renewals, revocations, pauses and leader changes", () => {
    withSeed("machine/lease/lessor", ({ prng }) => {
      const bench = new Bench();
      const { lessor } = bench;
      const model = new Map<bigint, { ttl: number; end: number; offered: number }>();
      let now = 0;
      let primary = false;
      for (let step = 0; step < 6_000; step++) {
        const id = BigInt(prng.below(40) + 1);
        const known = model.get(id);
        const draw = prng.below(20);
        if (draw < 5) {
          const ttl = prng.below(30);
          assert.equal(
            code(() => lessor.grant(id, ttl)),
            known === undefined ? "none" : "LeaseExist",
          );
          const effective = Math.max(2, ttl);
          if (known === undefined)
            model.set(id, { ttl: effective, end: primary ? now + effective * 1000 : Infinity, offered: 0 });
        } else if (draw < 10 && primary) {
          const renewed = lessor.renew(id);
          const lives = known !== undefined && known.end > now;
          assert.equal(renewed !== undefined, lives);
          if (lives) known.end = Math.max(known.end, now + known.ttl * 1000);
        } else if (draw === 10) {
          assert.equal(
            code(() => lessor.remove(id)),
            known === undefined ? "LeaseNotFound" : "none",
          );
          model.delete(id);
        } else if (draw === 11 && prng.chance(0.2)) {
          primary = !primary;
          if (primary) lessor.promote(1000);
          else lessor.demote();
          for (const lease of model.values()) {
            lease.end = primary ? now + 1000 + lease.ttl * 1000 : Infinity;
            lease.offered = 0;
          }
        } else {
          const ms = prng.chance(0.1) ? 10_000 : prng.below(300);
          bench.hostMs += ms;
          assert.equal(lessor.advance(bench.hostMs), ms <= 300);
          now += Math.min(ms, 300);
        }
        const due = [...model].filter(([, { end, offered }]) => Math.max(end, offered) <= now && primary);
        const got = lessor.expired(1000);
        assert.deepEqual(got.toSorted(), due.map(([key]) => key).toSorted());
        for (const [, lease] of due) lease.offered = now + 3000;
        assert.equal(lessor.size, model.size);
      }
    });
  });
});

describe("machine/lease/lease-heap", () => {
  it("gives out by time and forgets revoked leases that outnumber the living", () => {
    withSeed("machine/lease/lessor", ({ prng }) => {
      const heap = new LeaseHeap();
      const leases = Array.from({ length: 500 }, (_, i) => newLeaseRecord(BigInt(i + 1), prng.below(1000), 0));
      for (const lease of leases) heap.push(lease, lease.ttlSeconds);
      for (const lease of leases) lease.alive = prng.chance(0.2);
      const living = leases.filter(({ alive }) => alive);
      heap.sweep(living.length);
      assert.equal(heap.size, living.length);
      let last = 0;
      for (let i = 0; i < living.length; i++) {
        const lease = heap.pop(1000)!;
        assert.ok(lease.ttlSeconds >= last);
        last = lease.ttlSeconds;
      }
      assert.equal(heap.pop(1000), undefined);
    });
  });
});
