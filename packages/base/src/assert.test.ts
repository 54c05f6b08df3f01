import nodeAssert from "node:assert/strict";
import { describe, it } from "node:test";
import { assert, fail, InvariantViolation, unreachable } from "./assert.ts";

const violation = (message: string): object => ({ name: "InvariantViolation", message });

describe("base/assert", () => {
  it("lets a condition that holds pass", () => {
    nodeAssert.doesNotThrow(() => assert(true, "never shown"));
  });

  it("stops with the name of the invariant that does not hold", () => {
    nodeAssert.throws(() => assert(false, "match < next"), violation("match < next"));
    nodeAssert.throws(() => fail("two leaders"), violation("two leaders"));
    nodeAssert.throws(() => unreachable("odd" as never), violation("unreachable case: odd"));
  });

  it("throws an error of its own class, so that nobody takes it for an expected failure", () => {
    nodeAssert.throws(() => fail("x"), InvariantViolation);
    nodeAssert.equal("code" in new InvariantViolation("x"), false);
  });
});
