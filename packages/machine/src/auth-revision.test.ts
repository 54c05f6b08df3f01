import { strict as assert } from "node:assert";
import { describe, it } from "node:test";
import { bytesFromLatin1 as ascii, MemoryBackend } from "@quorate/base";
import { openAuthRevision } from "./auth-revision.ts";

describe("machine/auth-revision", () => {
  it("writes the first revision into a new backend, as etcd's row", () => {
    const backend = new MemoryBackend();
    assert.equal(openAuthRevision(backend), 1);
    assert.deepEqual(backend.get("auth", ascii("authRevision")), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
  });

  it("keeps the revision that is there", () => {
    const backend = new MemoryBackend();
    backend.put("auth", ascii("authRevision"), Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2));
    assert.equal(openAuthRevision(backend), 258);
    assert.deepEqual(backend.get("auth", ascii("authRevision")), Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2));
  });
});
