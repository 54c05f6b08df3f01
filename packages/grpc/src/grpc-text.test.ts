import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { base64Decode, base64Encode } from "./base64.ts";
import { Deadlines, newDeadline } from "./deadlines.ts";
import { writeUint32 } from "./http2/frame.ts";
import { PingPolicy, SERVER_KEEPALIVE } from "./http2/ping-policy.ts";
import { MessageReader } from "./message-reader.ts";
import { Metadata } from "./metadata.ts";
import { percentDecode, percentEncode } from "./percent.ts";
import { formatTimeout, parseTimeout } from "./timeout.ts";

function framed(messages: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(messages.reduce((sum, { length }) => sum + 5 + length, 0));
  let at = 0;
  for (const message of messages) {
    writeUint32(out, at + 1, message.length);
    out.set(message, at + 5);
    at += 5 + message.length;
  }
  return out;
}

describe("grpc/grpc-text", () => {
  it("writes status messages in percent code and reads them back", () => {
    assert.equal(percentEncode("etcdserver: no leader"), "etcdserver: no leader");
    assert.equal(percentEncode("50% \u00e9\n"), "50%25 %C3%A9%0A");
    assert.equal(percentDecode("50%25 %C3%A9%0A"), "50% \u00e9\n");
    assert.equal(percentDecode("%zz %4"), "%zz %4");
  });

  it("reads and writes grpc-timeout", () => {
    for (const [text, ms] of [
      ["5S", 5_000],
      ["99999999n", 99.999999],
      ["1H", 3_600_000],
      ["0m", 0],
      ["7u", 0.007],
    ] as const)
      assert.equal(parseTimeout(text), ms);
    for (const bad of ["", "S", "-1S", "123456789S", "5", "5s", "1.5S"]) assert.equal(parseTimeout(bad), undefined);
    assert.equal(formatTimeout(5_000), "5S");
    assert.equal(formatTimeout(0.2), "1m");
    assert.equal(formatTimeout(1_234_567_891), "1234568S");
    assert.equal(formatTimeout(Number.MAX_SAFE_INTEGER), "99999999H");
  });

  it("carries bytes in metadata as base64", () => {
    const metadata = Metadata.of([
      ["a", "text"],
      ["b-bin", Uint8Array.of(0, 255, 1, 2)],
    ]);
    assert.equal(metadata.get("b-bin"), "AP8BAg");
    assert.deepEqual(metadata.getBytes("b-bin"), Uint8Array.of(0, 255, 1, 2));
    assert.deepEqual(
      [...metadata.entries()],
      [
        ["a", "text"],
        ["b-bin", "AP8BAg"],
      ],
    );
    for (const pair of [
      ["A", "x"],
      ["grpc-x", "x"],
      [":path", "x"],
      ["a", "\n"],
      ["a-bin", "x"],
      ["connection", "x"],
    ] as const)
      assert.throws(() => Metadata.of([pair]), { code: "BadMetadata" });
  });

  it("reads base64 with and without padding, and nothing else", () => {
    withSeed("grpc-text", ({ prng }) => {
      for (let n = 0; n < 200; n++) {
        const bytes = Uint8Array.from({ length: prng.below(40) }, () => prng.below(256));
        assert.equal(base64Encode(bytes), Buffer.from(bytes).toString("base64").replace(/=+$/, ""));
        assert.deepEqual(base64Decode(Buffer.from(bytes).toString("base64")), bytes);
      }
    });
    for (const bad of ["a", "ab=", "a b", "ab-_", "====", "abcd="]) assert.equal(base64Decode(bad), undefined);
  });

  it("takes messages out of any pieces", () => {
    withSeed("grpc-text", ({ prng }) => {
      for (let round = 0; round < 200; round++) {
        const sent = Array.from({ length: prng.below(6) }, () =>
          Uint8Array.from({ length: prng.below(4) === 0 ? prng.below(40_000) : prng.below(20) }, () => prng.below(256)),
        );
        const bytes = framed(sent);
        const reader = new MessageReader({ maxMessageBytes: 50_000, encoding: undefined });
        const got: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; ) {
          const end = Math.min(bytes.length, at + 1 + prng.below(prng.below(2) === 0 ? 8 : 20_000));
          for (let from = at; ; ) {
            const next = reader.next(bytes, from, end);
            if (next.kind !== "message") break;
            got.push(next.bytes.slice());
            from = next.at;
          }
          at = end;
        }
        assert.deepEqual(got, sent);
        assert.equal(reader.isBetween, true);
      }
    });
  });

  it("refuses a message by its prefix, before anything of it is kept", () => {
    const reader = new MessageReader({ maxMessageBytes: 2_097_152, encoding: undefined });
    assert.deepEqual(reader.next(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff), 0, 5), {
      kind: "error",
      status: { code: 8, message: "grpc: received message larger than max (4294967295 vs. 2097152)" },
    });
    const compressed = new MessageReader({ maxMessageBytes: 10, encoding: undefined });
    const answer = compressed.next(Uint8Array.of(1, 0, 0, 0, 1), 0, 5);
    assert.equal(
      answer.kind === "error" && answer.status.message,
      "grpc: compressed flag set with identity or empty encoding",
    );
  });

  it("tells deadlines when they are due and not before, against a plain list", () => {
    withSeed("grpc-text", ({ prng }) => {
      let now = 1_000;
      const deadlines = new Deadlines(now);
      const told = new Set<number>();
      const model = new Map<number, { dueAtMs: number; deadline: ReturnType<typeof newDeadline> }>();
      for (let id = 0; id < 3_000; id++) {
        const dueAtMs = now + prng.below(10_000);
        const deadline = newDeadline(dueAtMs, () => told.add(id));
        deadlines.add(deadline);
        model.set(id, { dueAtMs, deadline });
        if (prng.below(2) === 0) {
          const other = prng.below(id + 1);
          const entry = model.get(other);
          if (entry !== undefined) deadlines.remove(entry.deadline);
          model.delete(other);
        }
        now += prng.below(30);
        deadlines.advance(now);
        for (const [key, entry] of model) {
          if (told.has(key)) {
            assert.ok(entry.dueAtMs <= now);
            model.delete(key);
          } else assert.ok(entry.dueAtMs > now - 8 - 8);
        }
        assert.equal(deadlines.count, model.size);
      }
    });
  });

  it("forgives two strikes, pings an idle connection, and gives it up without an answer", () => {
    const policy = new PingPolicy(SERVER_KEEPALIVE, 0);
    assert.equal(policy.isTooMany(0, true), false);
    assert.deepEqual(
      [1, 2, 3].map((ms) => policy.isTooMany(ms, true)),
      [false, false, true],
    );
    policy.pardon();
    assert.equal(policy.isTooMany(4, true), false);
    assert.deepEqual(
      [10_000, 20_000, 30_000].map((ms) => policy.isTooMany(ms, true)),
      [false, false, false],
    );
    assert.deepEqual(
      [40_000, 50_000, 60_000].map((ms) => policy.isTooMany(ms, false)),
      [false, false, true],
    );
    const idle = new PingPolicy(SERVER_KEEPALIVE, 0);
    assert.equal(idle.tick(7_199_999, false), "nothing");
    assert.equal(idle.tick(7_200_000, false), "ping");
    assert.equal(idle.tick(7_219_999, false), "nothing");
    assert.equal(idle.tick(7_220_000, false), "dead");
  });
});
