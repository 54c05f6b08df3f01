import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newHardState } from "@quorate/proto";
import { MemoryStorage, RawNode } from "@quorate/raft";
import { newMembers } from "./members.ts";
import { describeStatus } from "./status.ts";

const WAL = { fsyncs: 3, bytes: 400, entries: 5, saves: 2 };
/** Beyond what a JSON number holds. */
const LARGE = (1n << 63n) + 1n;

describe("raftexample/status", () => {
  it("tells id, role, leader, term, indexes, members and every peer's progress, ids as strings", () => {
    const storage = new MemoryStorage();
    const raw = new RawNode({ id: LARGE, electionTick: 10, heartbeatTick: 1, storage, maxInflightMsgs: 8 });
    raw.bootstrap([{ id: LARGE }]);
    const members = newMembers();
    members.urls.set(LARGE, "http://127.0.0.1:1");
    const status = { ...raw.status(), hardState: newHardState({ term: 7, vote: LARGE, commit: 9 }), lead: LARGE };
    const line = describeStatus(status, 8, members, WAL);
    assert.ok(line.endsWith("}\n"));
    assert.deepEqual(JSON.parse(line), {
      id: "9223372036854775809",
      state: "StateFollower",
      leader: "9223372036854775809",
      term: 7,
      commit: 9,
      applied: 8,
      members: { "9223372036854775809": "http://127.0.0.1:1" },
      progress: {},
      wal: WAL,
    });
  });

  it("shows progress on the leader", () => {
    const storage = new MemoryStorage();
    const raw = new RawNode({ id: 1n, electionTick: 10, heartbeatTick: 1, storage, maxInflightMsgs: 8 });
    raw.bootstrap([{ id: 1n }]);
    const drain = (): void => {
      while (raw.hasReady()) {
        const { hardState, entries } = raw.ready();
        if (hardState !== undefined) storage.setHardState(hardState);
        storage.append(entries);
        raw.advance();
      }
    };
    drain();
    raw.campaign();
    drain();
    const { state, leader, progress } = JSON.parse(describeStatus(raw.status(), 2, newMembers(), WAL)) as {
      state: string;
      leader: string;
      progress: object;
    };
    assert.deepEqual([state, leader], ["StateLeader", "1"]);
    assert.deepEqual(progress, {
      1: { match: 2, next: 3, state: "StateReplicate", active: true, learner: false },
    });
  });

  it("names no leader where none is known", () => {
    const config = { id: 1n, electionTick: 10, heartbeatTick: 1, maxInflightMsgs: 8 };
    const raw = new RawNode({ ...config, storage: new MemoryStorage() });
    assert.equal(JSON.parse(describeStatus(raw.status(), 0, newMembers(), WAL)).leader, "0");
  });

  it("says that a member has stopped", () => {
    assert.equal(describeStatus(undefined, 8, newMembers(), WAL), '{"stopped":true}\n');
  });
});
