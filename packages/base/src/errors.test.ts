import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CodedError, hasCode, messageOf } from "./errors.ts";

describe("base/errors", () => {
  it("carries its code, its message and its metadata", () => {
    const error = new CodedError("disk is full", { code: "NoSpace", path: "/wal" });
    assert.ok(error instanceof Error);
    assert.equal(error.code, "NoSpace");
    assert.equal(error.detail.path, "/wal");
    assert.equal(error.message, "disk is full");
    assert.equal(error.name, "CodedError");
    assert.equal("cause" in error, false);
  });

  it("keeps the cause it is given", () => {
    const cause = new Error("EIO");
    assert.equal(new CodedError("write failed", { code: "IoFailed" }, cause).cause, cause);
  });

  const things: readonly { name: string; thrown: unknown; has: boolean }[] = [
    { name: "an error with the code", thrown: new CodedError("x", { code: "A" }), has: true },
    { name: "a plain error with the code", thrown: Object.assign(new Error("x"), { code: "A" }), has: true },
    { name: "an error with another code", thrown: new CodedError("x", { code: "B" }), has: false },
    { name: "an error without a code", thrown: new Error("A"), has: false },
    { name: "a record that is no error", thrown: { code: "A" }, has: false },
    { name: "a string", thrown: "A", has: false },
    { name: "undefined", thrown: undefined, has: false },
  ];
  for (const { name, thrown, has } of things) {
    it(`${has ? "finds" : "does not find"} the code in ${name}`, () => {
      assert.equal(hasCode(thrown, "A"), has);
    });
  }

  it("finds a message in anything that was thrown", () => {
    assert.equal(messageOf(new Error("broken")), "broken");
    assert.equal(messageOf("broken"), "broken");
    assert.equal(messageOf(undefined), "undefined");
    assert.equal(messageOf(12n), "12");
  });
});
