import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Metadata, type StatusCode } from "@quorate/grpc";
import { clientApiVersion, LeaderStreams } from "./gates.ts";

/** Metadata as it may come off the wire: octets as latin1. */
function received(value: string): Metadata {
  return { get: (name: string) => (name === "client-api-version" ? value : undefined) } as Metadata;
}

class Stream {
  isFinished = false;
  onCancel: (() => void) | undefined = undefined;
  readonly failures: StatusCode[] = [];
  fail(code: StatusCode): void {
    this.failures.push(code);
  }
}

describe("server/services/gates", () => {
  it("reads the version that a client claims", () => {
    assert.equal(clientApiVersion(Metadata.of([])), "unknown");
    assert.equal(clientApiVersion(Metadata.of([["client-api-version", "3.5"]])), "3.5");
    assert.equal(clientApiVersion(received("\xc3\xa4")), "\u00e4");
    assert.equal(clientApiVersion(received("3.\xff")), undefined);
  });

  it("forgets streams that have ended, so that they do not pile up between polls", () => {
    const streams = new LeaderStreams();
    const open = Array.from({ length: 10 }, () => new Stream());
    for (const stream of open) streams.add(stream);
    for (let i = 0; i < 10_000; i++) streams.add(Object.assign(new Stream(), { isFinished: true }));
    assert.ok(streams.size <= 64 + 10);
    for (let i = 0; i < 3; i++) streams.poll(false);
    assert.deepEqual(
      open.map(({ failures }) => failures.length),
      open.map(() => 1),
    );
    assert.equal(streams.size, 0);
  });
});
