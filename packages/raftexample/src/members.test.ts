import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConfChange, ConfChangeType, newConfChange } from "@quorate/proto";
import {
  applyChange,
  changeProblem,
  decodeMembers,
  encodeMembers,
  type Members,
  neutralized,
  newMembers,
  urlOf,
} from "./members.ts";

function add(nodeId: bigint, url: string): ConfChange {
  return newConfChange({
    id: 7n,
    type: ConfChangeType.ConfChangeAddNode,
    nodeId,
    context: new TextEncoder().encode(url),
  });
}

function remove(nodeId: bigint): ConfChange {
  return newConfChange({ id: 7n, type: ConfChangeType.ConfChangeRemoveNode, nodeId });
}

/** Members 1 and 2; 3 was removed. */
function cluster(): Members {
  const members = newMembers();
  for (const change of [add(1n, "http://a:1"), add(2n, "http://a:2"), add(3n, "http://a:3"), remove(3n)]) {
    assert.equal(changeProblem(members, change), undefined);
    applyChange(members, change);
  }
  return members;
}

describe("raftexample/members", () => {
  it("takes changes into account", () => {
    const { urls, removed } = cluster();
    assert.deepEqual(
      [...urls],
      [
        [1n, "http://a:1"],
        [2n, "http://a:2"],
      ],
    );
    assert.deepEqual([...removed], [3n]);
  });

  it("lets the URL of a removed member be used again, by a new id", () => {
    assert.equal(changeProblem(cluster(), add(4n, "http://a:3")), undefined);
  });

  for (const [what, change, problem] of [
    ["an id in use", add(2n, "http://a:9"), "member 2 is in the cluster already"],
    ["a URL in use", add(4n, "http://a:1"), "member 1 has peer URL http://a:1 already"],
    ["the return of a removed id", add(3n, "http://a:3"), "member 3 was removed; an id is never used twice"],
    ["a second removal", remove(3n), "member 3 was removed; an id is never used twice"],
    ["the removal of a stranger", remove(9n), "member 9 is not in the cluster"],
    [
      "a learner",
      newConfChange({ type: ConfChangeType.ConfChangeAddLearnerNode, nodeId: 4n }),
      "this service adds and removes members only",
    ],
    [
      "an update",
      newConfChange({ type: ConfChangeType.ConfChangeUpdateNode, nodeId: 1n }),
      "this service adds and removes members only",
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.equal(changeProblem(cluster(), change), problem);
    });
  }

  it("refuses to remove the last member", () => {
    const members = cluster();
    assert.equal(changeProblem(members, remove(1n)), undefined);
    applyChange(members, remove(1n));
    assert.equal(changeProblem(members, remove(2n)), "the last member cannot be removed");
  });

  it("takes the node out of a refused change and leaves the rest", () => {
    const change = add(4n, "http://a:4");
    const { nodeId, id, type } = neutralized(change);
    assert.deepEqual([nodeId, id, type], [0n, 7n, ConfChangeType.ConfChangeAddNode]);
    assert.equal(change.nodeId, 4n);
  });

  it("reads the URL of a change; a removal has none", () => {
    assert.equal(urlOf(add(4n, "http://a:4")), "http://a:4");
    assert.equal(urlOf(remove(4n)), "");
  });

  it("comes back from its bytes, large ids included", () => {
    const members = cluster();
    members.urls.set(0xffff_ffff_ffff_fffdn, "http://[::1]:65535");
    members.removed.add(1n << 63n);
    assert.deepEqual(decodeMembers(encodeMembers(members)), members);
    assert.deepEqual(decodeMembers(encodeMembers(newMembers())), newMembers());
  });

  it("refuses bytes that are no members", () => {
    for (const text of ["", "{", '{"urls":[["x","http://a:1"]],"removed":[]}']) {
      assert.throws(() => decodeMembers(new TextEncoder().encode(text)), SyntaxError);
    }
  });
});
