import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCommand, parseScript } from "./script.ts";
import { CLUSTER_SCRIPT } from "./script-cluster.ts";
import { KV_SCRIPT } from "./script-kv.ts";
import { SERVER_SCRIPT } from "./script-server.ts";

const LEAST_COMMANDS = 150;

describe("clients/script", () => {
  it("splits a line as a shell does, and takes what is not the program's out of it", () => {
    const [step] = parseScript(String.raw`~took,ttl lease grant 'a b' "c\td" --x="y z" < 'one\ntwo' => LEASE1`);
    assert.deepEqual(step?.words, ["etcdctl", "lease", "grant", "a b", "c\td", "--x=y z"]);
    assert.deepEqual([step?.rules, step?.stdin, step?.capture], [["took", "ttl"], "one\ntwo", "LEASE1"]);
  });

  it("skips comments and empty lines, and counts them", () => {
    const steps = parseScript("# a comment\n\nput a 1\n");
    assert.deepEqual(
      steps.map(({ line, action }) => [line, action]),
      [[3, "tool"]],
    );
  });

  it("knows what is done from what is run", () => {
    const steps = parseScript("bg W watch a\nuntil W a 1\nstop W\nretry 'not yet' member list\netcdutl version\n");
    assert.deepEqual(steps.map(isCommand), [false, false, true, true, true]);
    assert.equal(steps[3]?.retryWhile, "not yet");
    assert.deepEqual(steps[4]?.words, ["etcdutl", "version"]);
  });

  it("refuses a rule that there is not", () => {
    assert.throws(() => parseScript("~nothing put a 1"), /line 1: no rule is called nothing/);
  });

  it("runs more commands than are asked for", () => {
    const all = [KV_SCRIPT, SERVER_SCRIPT, CLUSTER_SCRIPT].flatMap(parseScript).filter(isCommand);
    assert(all.length >= LEAST_COMMANDS);
  });
});
