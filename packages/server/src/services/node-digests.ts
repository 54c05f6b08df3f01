/** Sums of node:crypto in the form in which services take them. */
import { createHash } from "node:crypto";
import type { Sha1 } from "@quorate/machine";
import type { Digest } from "./maintenance-snapshot.ts";

export const sha1: Sha1 = (bytes) => new Uint8Array(createHash("sha1").update(bytes).digest());

export function newSha256(): Digest {
  const hash = createHash("sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => new Uint8Array(hash.digest()),
  };
}
