import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newEntry } from "@quorate/proto";
import {
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type LogSlice,
  logSliceProblem,
  StateType,
  stateTypeName,
} from "./types.ts";

/** A slice of a leader of `term` behind (prevTerm, prevIndex), with entries of these (term, index). */
function slice(
  term: number,
  prev: readonly [number, number],
  ...ids: readonly (readonly [number, number])[]
): LogSlice {
  const entries = ids.map(([entryTerm, index]) => newEntry({ term: entryTerm, index }));
  return { term, prev: { term: prev[0], index: prev[1] }, entries };
}

describe("raft/types", () => {
  it("finds nothing wrong with a run of entries without gaps whose terms never fall", () => {
    const wellFormed = [
      slice(0, [0, 0]),
      slice(9, [0, 0], [1, 1]),
      slice(1, [1, 1]),
      slice(5, [1, 1], [1, 2], [3, 3], [5, 4]),
      slice(10, [1, 123], [1, 124], [10, 125]),
    ];
    for (const each of wellFormed) assert.equal(logSliceProblem(each), undefined);
  });

  it("names the first rule that a slice breaks", () => {
    const table: readonly (readonly [LogSlice, string])[] = [
      [slice(5, [1, 1], [1, 3]), "index 3 follows index 1"],
      [slice(5, [1, 1], [1, 1]), "index 1 follows index 1"],
      [slice(5, [1, 1], [1, 2], [1, 4]), "index 4 follows index 2"],
      [slice(5, [3, 1], [2, 2]), "term falls from 3 to 2 at index 2"],
      [slice(5, [1, 1], [3, 2], [2, 3]), "term falls from 3 to 2 at index 3"],
      [slice(4, [1, 1], [5, 2]), "leader term 4 is below entry term 5"],
      [slice(4, [5, 1]), "leader term 4 is below entry term 5"],
    ];
    for (const [each, problem] of table) assert.equal(logSliceProblem(each), problem);
  });

  it("has etcd's numbers and words for roles, and its addresses for the storage threads", () => {
    assert.deepEqual(
      Object.values(StateType).map((state) => `${state} ${stateTypeName(state)}`),
      ["0 StateFollower", "1 StateCandidate", "2 StateLeader", "3 StatePreCandidate"],
    );
    assert.deepEqual([LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD], [2n ** 64n - 1n, 2n ** 64n - 2n]);
  });
});
