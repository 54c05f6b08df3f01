import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Config, resolveConfig } from "./config.ts";
import { RaftError } from "./errors.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { RawNode } from "./raw-node.ts";

const valid: Config = { id: 1n, electionTick: 2, heartbeatTick: 1, storage: new MemoryStorage(), maxInflightMsgs: 1 };

/** Each problem beside an option that has it, in the order in which problems are looked for. */
const problems: readonly (readonly [Partial<Config>, string])[] = [
  [{ id: 0n }, "cannot use none as id"],
  [{ id: 2n ** 64n - 1n }, "cannot use local target as id"],
  [{ heartbeatTick: 0 }, "heartbeat tick must be greater than 0"],
  [{ electionTick: 1 }, "election tick must be greater than heartbeat tick"],
  [{ storage: undefined as unknown as MemoryStorage }, "storage cannot be nil"],
  [{ maxInflightMsgs: 0 }, "max inflight messages must be greater than 0"],
  [{ maxSizePerMsg: 101, maxInflightBytes: 100 }, "max inflight bytes must be >= max message size"],
  [{ readOnlyOption: "leaseBased" }, "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased"],
];

function refuses(config: Config, message: string): void {
  assert.throws(
    () => new RawNode(config),
    (error) => error instanceof RaftError && error.code === "InvalidConfig" && error.message === message,
    message,
  );
}

describe("raft/config", () => {
  for (const [change, message] of problems) {
    it(`refuses with: ${message}`, () => refuses({ ...valid, ...change }, message));
  }

  it("refuses the address of either storage thread, and takes the id below them", () => {
    refuses({ ...valid, id: 2n ** 64n - 2n }, "cannot use local target as id");
    assert.equal(resolveConfig({ ...valid, id: 2n ** 64n - 3n }).id, 2n ** 64n - 3n);
  });

  it("tells the first problem of several, in etcd's order", () => {
    for (let first = 0; first < problems.length; first++) {
      const changes = problems.slice(first).map(([change]) => change);
      const config: Config = Object.assign({}, valid, ...changes.reverse());
      // Two problems of the same option cannot be had at once.
      if (first === 2) refuses({ ...config, electionTick: 2 }, problems[first]?.[1] as string);
      else refuses(config, problems[first]?.[1] as string);
    }
  });

  it("takes an in-flight byte limit of at least one message, and 0 for none", () => {
    for (const maxInflightBytes of [0, 100, 101]) resolveConfig({ ...valid, maxSizePerMsg: 100, maxInflightBytes });
    refuses(
      { ...valid, maxSizePerMsg: Number.POSITIVE_INFINITY, maxInflightBytes: 1e9 },
      "max inflight bytes must be >= max message size",
    );
  });

  it("takes lease-based reads together with check-quorum", () => {
    assert.equal(
      resolveConfig({ ...valid, checkQuorum: true, readOnlyOption: "leaseBased" }).readOnlyOption,
      "leaseBased",
    );
  });

  it("fills in etcd's defaults", () => {
    const { logger, random, storage, trace, ...rest } = resolveConfig(valid);
    assert.deepEqual(rest, {
      id: 1n,
      electionTick: 2,
      heartbeatTick: 1,
      applied: 0,
      asyncStorageWrites: false,
      maxSizePerMsg: 0,
      maxCommittedSizePerReady: 1,
      maxUncommittedEntriesSize: Number.POSITIVE_INFINITY,
      maxInflightMsgs: 1,
      maxInflightBytes: 0,
      checkQuorum: false,
      preVote: false,
      readOnlyOption: "safe",
      disableProposalForwarding: false,
      disableConfChangeValidation: false,
      stepDownOnRemoval: false,
      traceLogger: undefined,
    });
  });

  it("limits what is handed out to be applied like a message, unless it has a limit of its own", () => {
    assert.equal(resolveConfig({ ...valid, maxSizePerMsg: 77 }).maxCommittedSizePerReady, 77);
    assert.equal(
      resolveConfig({ ...valid, maxSizePerMsg: 77, maxCommittedSizePerReady: 5 }).maxCommittedSizePerReady,
      5,
    );
    assert.equal(resolveConfig({ ...valid, maxUncommittedEntriesSize: 5 }).maxUncommittedEntriesSize, 5);
  });
});
