/** RawNode and quorum: what one proposal costs in the state machine alone, without disk and network. */
import { Prng } from "@quorate/base";
import { type Message, newConfState, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import { MajorityConfig, MemoryStorage, RawNode } from "@quorate/raft";
import { atMost, medianSeconds, type Result } from "./measure.ts";

const PROPOSALS = 20_000;
const PAYLOAD = new Uint8Array([1, 2, 3]);
/** The log is compacted this often: a benchmark must not measure an ever longer array. */
const COMPACT_EVERY = 1_000;

/** A voter of a configuration of `voters` members, whose peers are answered inline. */
class Member {
  readonly storage = new MemoryStorage();
  readonly raw: RawNode;

  constructor(id: bigint, voters: readonly bigint[]) {
    const metadata = newSnapshotMetadata({ index: 1, term: 1, confState: newConfState({ voters: [...voters] }) });
    this.storage.applySnapshot(newSnapshot({ metadata }));
    this.raw = new RawNode({
      id,
      electionTick: 10,
      heartbeatTick: 1,
      storage: this.storage,
      applied: 1,
      maxSizePerMsg: Number.POSITIVE_INFINITY,
      maxInflightMsgs: 256,
    });
  }

  /** Does one Ready and returns what it sends. */
  handleReady(): readonly Message[] {
    const { hardState, entries, messages } = this.raw.ready();
    if (hardState !== undefined) this.storage.setHardState(hardState);
    this.storage.append(entries);
    this.raw.advance();
    return messages;
  }
}

/** Lets members do Readys and deliver messages until nothing is left. */
function settle(members: readonly Member[]): void {
  for (let busy = true; busy; ) {
    busy = false;
    for (const member of members) {
      while (member.raw.hasReady()) {
        busy = true;
        for (const m of member.handleReady()) members[Number(m.to) - 1]?.raw.step(m);
      }
    }
  }
}

function proposals(voterCount: number): number {
  const ids = Array.from({ length: voterCount }, (_, i) => BigInt(i + 1));
  const members = ids.map((id) => new Member(id, ids));
  const leader = members[0] as Member;
  leader.raw.campaign();
  settle(members);
  const seconds = medianSeconds(() => {
    for (let i = 1; i <= PROPOSALS; i++) {
      leader.raw.propose(PAYLOAD);
      settle(members);
      if (i % COMPACT_EVERY === 0) for (const { storage } of members) storage.compact(storage.lastIndex() - 1);
    }
  });
  return (seconds / PROPOSALS) * 1e6;
}

function committedIndex(voterCount: number): number {
  const random = new Prng("bench/quorum");
  const ids = Array.from({ length: voterCount }, (_, i) => BigInt(i + 1));
  const config = new MajorityConfig(ids);
  const acked = new Map(ids.map((id) => [id, random.below(1_000_000)]));
  const get = (id: bigint): number | undefined => acked.get(id);
  const calls = 500_000;
  let sum = 0;
  const seconds = medianSeconds(() => {
    for (let i = 0; i < calls; i++) sum += config.committedIndex(get);
  });
  return sum < 0 ? 0 : (seconds / calls) * 1e9;
}

export function benchRaft(): Result[] {
  return [
    atMost("raft/propose-single-voter", proposals(1), "us", 6),
    atMost("raft/propose-two-voters", proposals(2), "us", 12),
    atMost("raft/committed-index-5-voters", committedIndex(5), "ns", 200),
  ];
}
