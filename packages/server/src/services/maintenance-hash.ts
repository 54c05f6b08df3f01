/** HashKV in slices, for clients and for the peer port alike. */
import { failureCode, type MachineErrorCode } from "@quorate/machine";
import type { HashRun, Store } from "@quorate/mvcc";
import type { EtcdServer } from "./etcd-server.ts";

/** Rows of one slice: about a millisecond. */
const ROWS_PER_SLICE = 500;

export type HashKvAnswer =
  | {
      readonly kind: "hashed";
      readonly hash: number;
      /** The compaction that the hash takes into account, -1 for none. */
      readonly compactRevision: number;
      /** The revision that was hashed. */
      readonly hashRevision: number;
      /** The store's when the work began, for the header. */
      readonly currentRevision: number;
    }
  | { readonly kind: "failed"; readonly code: MachineErrorCode };

/** Hashes the store at a revision; at 0 the current one. Begins again where a snapshot is installed meanwhile. */
export async function hashKv(server: EtcdServer, revision: number): Promise<HashKvAnswer> {
  for (;;) {
    const { store } = server.machine.parts;
    const currentRevision = store.currentRev;
    const run = begin(store, revision);
    if (typeof run === "string") return { kind: "failed", code: run };
    let isReplaced = false;
    try {
      await server.slice(() => {
        isReplaced = server.machine.parts.store !== store;
        return isReplaced || run.step(ROWS_PER_SLICE);
      });
    } finally {
      run.close();
    }
    if (isReplaced) continue;
    const { hash, compactRevision, revision: hashRevision } = run.result();
    return { kind: "hashed", hash, compactRevision, hashRevision, currentRevision };
  }
}

function begin(store: Store, revision: number): HashRun | MachineErrorCode {
  try {
    return store.hashKv(revision);
  } catch (error) {
    const code = failureCode(error);
    if (code === undefined) throw error;
    return code;
  }
}
