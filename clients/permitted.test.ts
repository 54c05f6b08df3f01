import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type KeyValue,
  newKeyValue,
  newLeaseTimeToLiveResponse,
  newRangeRequest,
  newRangeResponse,
  newResponseHeader,
  type RangeResponse,
} from "@quorate/proto";
import { permit } from "./permitted.ts";
import { describe as textOf } from "./wire.ts";

const BY_VERSION = newRangeRequest({ sortTarget: 1, sortOrder: 1 });

function kv(key: string, version: number): KeyValue {
  return newKeyValue({ key: Uint8Array.from(Buffer.from(key)), version });
}

/** True when the two answers count as equal. */
function isPermitted(name: string, request: object, a: object, b: object): boolean {
  permit(name, request, a, b);
  return textOf(a) === textOf(b);
}

function sorted(more: boolean, ...kvs: KeyValue[]): RangeResponse {
  return newRangeResponse({ kvs, more, count: 9 });
}

describe("clients/permitted", () => {
  it("forgets who answered, not at which revision", () => {
    const answer = (memberId: bigint, revision: number): object =>
      newRangeResponse({ header: newResponseHeader({ memberId, revision }) });
    assert(isPermitted("range", newRangeRequest(), answer(1n, 5), answer(2n, 5)));
    assert(!isPermitted("range", newRangeRequest(), answer(1n, 5), answer(1n, 6)));
  });

  it("lets ties of a sort stand in any order, and nothing else", () => {
    const [a, b, c] = [kv("a", 1), kv("b", 1), kv("c", 2)];
    assert(isPermitted("range", BY_VERSION, sorted(false, a, b, c), sorted(false, b, a, c)));
    assert(!isPermitted("range", BY_VERSION, sorted(false, a, b, c), sorted(false, a, c, b)));
    assert(!isPermitted("range", BY_VERSION, sorted(false, a, b), sorted(false, a, kv("x", 1))));
    assert(!isPermitted("range", newRangeRequest(), sorted(false, a, b), sorted(false, b, a)));
  });

  it("lets a limit cut any of the last ties", () => {
    assert(
      isPermitted("range", BY_VERSION, sorted(true, kv("a", 1), kv("b", 2)), sorted(true, kv("a", 1), kv("c", 2))),
    );
    assert(
      !isPermitted("range", BY_VERSION, sorted(true, kv("a", 1), kv("b", 2)), sorted(true, kv("x", 1), kv("b", 2))),
    );
    assert(
      !isPermitted("range", BY_VERSION, sorted(true, kv("a", 1), kv("b", 2)), sorted(true, kv("a", 1), kv("b", 3))),
    );
  });

  it("lets a lease be a moment older, but not gone", () => {
    const left = (TTL: number): object => newLeaseTimeToLiveResponse({ TTL, ID: 1n });
    assert(isPermitted("leaseTimeToLive", {}, left(100), left(98)));
    assert(!isPermitted("leaseTimeToLive", {}, left(100), left(90)));
    assert(!isPermitted("leaseTimeToLive", {}, left(0), left(-1)));
  });
});
