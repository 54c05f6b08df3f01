/** Which package may import which: the layers of ARCHITECTURE.md as a table. Anything that is not listed here is refused. */

/** Packages that stay synchronous, deterministic and free of I/O. */
export const PURE_PACKAGES: ReadonlySet<string> = new Set(["base", "proto", "raft", "mvcc", "machine", "member"]);

/** Allowed imports of source files. Tests may import testkit besides. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  proto: ["base"],
  raft: ["base", "proto"],
  mvcc: ["base", "proto"],
  machine: ["base", "proto", "mvcc"],
  member: ["base", "proto", "raft", "mvcc", "machine"],
  storage: ["base", "proto"],
  rafthttp: ["base", "proto"],
  grpc: ["base"],
  testkit: ["base", "proto", "raft", "rafthttp"],
  server: ["base", "proto", "raft", "mvcc", "machine", "member", "storage", "rafthttp", "grpc"],
  raftexample: ["base", "proto", "raft", "storage", "rafthttp"],
};
