import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDataDriven } from "./datadriven.ts";
import { Interaction } from "./interaction.ts";
import { handleInteraction } from "./interaction-commands.ts";

/** The output of the last of these directives, in one environment. */
function last(...lines: readonly string[]): string {
  const env = new Interaction();
  let output = "";
  for (const line of lines) {
    const [directive] = parseDataDriven("f.txt", `${line}\n----\n`);
    assert.ok(directive);
    output = handleInteraction(env, directive);
  }
  return output;
}

const QUIET = "log-level none";
const THREE = "add-nodes 3 voters=(1,2,3) index=2";
const LEADER = [QUIET, THREE, "campaign 1", "stabilize"] as const;

describe("testkit/interaction", () => {
  const errors: readonly (readonly [readonly string[], string])[] = [
    [["fly 1"], "unknown command"],
    [["log-level loud"], "log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]"],
    [["add-nodes 1 voters=(1)"], "index must be specified as > 1 due to bootstrap"],
    [["add-nodes 1 voters=(1) index=1"], "index must be specified as > 1 due to bootstrap"],
    [["add-nodes 1 read-only=maybe"], 'invalid read-only option "maybe"'],
    [[...LEADER, "propose 1"], "expected exactly one key with no vals: propose <node> <data>"],
    [
      [...LEADER, "propose-conf-change 1 v1=true\nv4 v5"],
      "v1 conf change can only have one operation and no transition",
    ],
    [
      [...LEADER, "propose-conf-change 1 v1=true transition=explicit\nv4"],
      "v1 conf change can only have one operation and no transition",
    ],
    [[...LEADER, "propose-conf-change 1 transition=slow\nv4"], "unknown transition slow"],
    [[...LEADER, "propose-conf-change 1\nx4"], "unknown input: x4"],
    [[...LEADER, "propose-conf-change 1\nv"], "unknown token v"],
    [[...LEADER, "report-unreachable 1"], "must specify exactly two node IDs"],
    [[...LEADER, "campaign 7"], "node 7 does not exist"],
    [[...LEADER, "propose 2 x", "forget-leader 3", "propose 3 x"], "raft proposal dropped"],
  ];
  for (const [lines, message] of errors) {
    it(`says of ${lines.at(-1)?.replace("\n", " / ")}: ${message}`, () => assert.equal(last(...lines), message));
  }

  it("writes the error behind the log lines, and alone where nothing is written", () => {
    const lines = [...LEADER, "forget-leader 3"];
    assert.equal(
      last(...lines, "log-level info", "propose 3 x"),
      "INFO 3 no leader at term 1; dropping proposal\nraft proposal dropped",
    );
    assert.equal(last(...lines, "propose 3 x"), "raft proposal dropped");
  });

  it("says ok where there is nothing to say, and that there were no messages where there were none", () => {
    assert.equal(last(...LEADER, "status 2"), "ok");
    assert.equal(last(...LEADER, "log-level info", "deliver-msgs 1 drop=(2)"), "no messages\n");
    assert.equal(last(...LEADER, "deliver-msgs 1"), "ok");
    assert.equal(last(...LEADER, "_breakpoint"), "ok");
    assert.equal(last("log-level info", "add-nodes 1", "raft-log 1"), "log is empty: first index=1, last index=0");
    assert.equal(
      last(QUIET, "add-nodes 1 async-storage-writes=true", "log-level info", "process-append-thread 1"),
      "no append work to perform",
    );
    assert.equal(
      last(QUIET, "add-nodes 1 async-storage-writes=true", "log-level info", "process-apply-thread 1"),
      "no apply work to perform",
    );
  });

  it("gives back the log level after a directive that had its own", () => {
    assert.equal(last(...LEADER, "stabilize log-level=debug", "campaign 2"), "ok");
    assert.match(
      last(...LEADER, "log-level info", "stabilize log-level=none", "campaign 2"),
      /^INFO 2 is starting a new election/,
    );
    assert.equal(last(...LEADER, "log-level error", "campaign 2"), "ok");
  });

  it("puts a title and two spaces before what each of several members does", () => {
    const output = last(...LEADER, "propose 1 x", "log-level info", "process-ready 1 2");
    assert.ok(output.startsWith("> 1 handling Ready\n  Ready MustSync=true:\n  Entries:\n"), output);
    assert.ok(output.endsWith("> 2 handling Ready\n  <empty Ready>\n"), output);
    assert.equal(last(...LEADER, "log-level info", "process-ready 2"), "<empty Ready>");
  });

  it("never drops what a member says to itself or to its storage threads", () => {
    const lines = [
      QUIET,
      "add-nodes 1 voters=(1) index=2 async-storage-writes=true",
      "campaign 1",
      "process-ready 1",
      "process-append-thread 1",
    ];
    assert.equal(last(...lines, "log-level info", "deliver-msgs drop=(1)"), "no messages\n");
    assert.match(last(...lines, "log-level error", "deliver-msgs 1"), /^1->1 MsgVoteResp Term:1 Log:0\/0\n/);
  });
});
