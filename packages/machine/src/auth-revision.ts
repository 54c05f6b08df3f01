/**
 * The auth store's revision, which every etcd writes when it first starts. Users and roles are not built yet: nothing changes it, and
 * what another member's snapshot brought stays.
 */
import type { Backend } from "@quorate/base";
import { AUTH_REVISION_KEY } from "./schema.ts";

const FIRST_REVISION = 1;

/** The revision that the backend holds; the first one is written where there is none. */
export function openAuthRevision(backend: Backend): number {
  const stored = backend.get("auth", AUTH_REVISION_KEY);
  if (stored !== undefined && stored.length === 8) {
    return Number(new DataView(stored.buffer, stored.byteOffset, stored.byteLength).getBigUint64(0));
  }
  const first = new Uint8Array(8);
  new DataView(first.buffer).setBigUint64(0, BigInt(FIRST_REVISION));
  backend.put("auth", AUTH_REVISION_KEY, first);
  return FIRST_REVISION;
}
