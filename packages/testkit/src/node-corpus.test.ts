import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { corpusFolder, replayCorpus } from "./node-corpus.ts";

const folder = corpusFolder();

describe("testkit/node-corpus", () => {
  it("replays every transcript of etcd's raft byte for byte", {
    skip: folder === undefined ? "no transcripts here (set RAFT_CORPUS to a folder of them)" : false,
  }, () => {
    const results = replayCorpus(folder as string);
    assert.ok(results.length > 0, "the folder has no transcripts");
    for (const { name, directives, failure } of results) {
      assert.equal(failure, undefined, name);
      assert.ok(directives > 0, `${name} has no directives`);
    }
  });

  it("tells file, line and first differing line of a transcript that does not fit, and goes on with the next", (t) => {
    const root = mkdtempSync(join(tmpdir(), "corpus-"));
    t.after(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, "quorum/deeper"), { recursive: true });
    writeFileSync(join(root, "quorum/README.md"), "not a transcript");
    writeFileSync(join(root, "quorum/a.txt"), "# bad\n\nvote cfg=(1,2) votes=(y,y)\n----\nVoteLost\n");
    writeFileSync(join(root, "quorum/b.txt"), "vote cfg=(1,2) votes=(y\n----\n");
    writeFileSync(join(root, "quorum/deeper/c.txt"), "vote cfg=(1,2) votes=(y,y)\n----\nVoteWon\n");
    const [a, b, c, ...rest] = replayCorpus(root);
    assert.deepEqual(rest, []);
    assert.equal(a?.failure, 'quorum/a.txt:3: vote, output line 1\n  expected: "VoteLost"\n  actual:   "VoteWon"');
    assert.match(b?.failure ?? "", /quorum\/b\.txt:1: unbalanced parentheses/);
    assert.deepEqual(c, { name: "quorum/deeper/c.txt", directives: 1, failure: undefined });
  });
});
