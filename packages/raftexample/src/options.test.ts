import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Options, parseMemberId, parseOptions, peerUrlProblem, USAGE } from "./options.ts";

const DEFAULTS: Options = {
  id: 1n,
  cluster: ["http://127.0.0.1:9021"],
  port: 9121,
  join: false,
  dataDir: "raftexample-1",
  snapshotCount: 10_000,
};
const THREE = "http://127.0.0.1:12379,http://127.0.0.1:22379,http://127.0.0.1:32379";

describe("raftexample/options", () => {
  it("has a default for every flag, which the usage names", () => {
    assert.deepEqual(parseOptions([]), DEFAULTS);
    for (const text of ["9121", "http://127.0.0.1:9021", "raftexample-N", "10000"]) assert.ok(USAGE.includes(text));
  });

  it("reads every flag, with one dash or two, its value behind = or as the next word", () => {
    const expected: Options = {
      id: 2n,
      cluster: THREE.split(","),
      port: 22380,
      join: true,
      dataDir: "/var/data",
      snapshotCount: 500,
    };
    const values: readonly (readonly [string, string])[] = [
      ["id", "2"],
      ["cluster", THREE],
      ["port", "22380"],
      ["data-dir", "/var/data"],
      ["snapshot-count", "500"],
    ];
    for (const dash of ["-", "--"]) {
      const separate = values.flatMap(([name, value]) => [`${dash}${name}`, value]);
      assert.deepEqual(parseOptions([...separate, `${dash}join`]), expected);
      const joined = values.map(([name, value]) => `${dash}${name}=${value}`);
      assert.deepEqual(parseOptions([`${dash}join=true`, ...joined]), expected);
    }
  });

  it("reads --join as Go does: alone, =true or =false, and never the next word", () => {
    assert.deepEqual(parseOptions(["--join"]), { ...DEFAULTS, join: true });
    assert.deepEqual(parseOptions(["--join=false"]), DEFAULTS);
    assert.deepEqual(parseOptions(["--join=yes"]), { problem: "--join is true or false" });
    assert.deepEqual(parseOptions(["--join", "true"]), { problem: 'unexpected argument "true"' });
  });

  it("lets the last of a repeated flag win", () => {
    assert.deepEqual(parseOptions(["--port", "1", "--port=2"]), { ...DEFAULTS, port: 2 });
  });

  it("names the data directory after the id", () => {
    assert.equal((parseOptions(["--id", "3", "--cluster", THREE]) as Options).dataDir, "raftexample-3");
  });

  it("takes each limit at its edge", () => {
    assert.equal((parseOptions(["--port", "1"]) as Options).port, 1);
    assert.equal((parseOptions(["--port", "65535"]) as Options).port, 65_535);
    assert.equal((parseOptions(["--snapshot-count", "1"]) as Options).snapshotCount, 1);
    assert.equal((parseOptions(["--snapshot-count", "10000000"]) as Options).snapshotCount, 10_000_000);
  });

  for (const [args, problem] of [
    [["--id", "0"], '--id must be a whole number from 1 to 2^64 - 3, not "0"'],
    [["--id="], '--id must be a whole number from 1 to 2^64 - 3, not ""'],
    [["--id", "2"], "--id 2 has no URL: --cluster names 1 member"],
    [["--id", "4", "--cluster", THREE], "--id 4 has no URL: --cluster names 3 members"],
    [["--cluster", ""], '--cluster: "" is not a peer URL like http://127.0.0.1:9021'],
    [["--cluster", "http://a:1,"], '--cluster: "" is not a peer URL like http://127.0.0.1:9021'],
    [["--cluster", "http://a:1,b:2"], '--cluster: "b:2" is not a peer URL like http://127.0.0.1:9021'],
    [["--cluster", "http://a:1,http://a:1"], "--cluster names a URL twice"],
    [["--port", "0"], '--port must be a number from 1 to 65535, not "0"'],
    [["--port", "65536"], '--port must be a number from 1 to 65535, not "65536"'],
    [["--port", "80a"], '--port must be a number from 1 to 65535, not "80a"'],
    [["--port", "-1"], '--port must be a number from 1 to 65535, not "-1"'],
    [["--port", "1e3"], '--port must be a number from 1 to 65535, not "1e3"'],
    [["--snapshot-count", "0"], "--snapshot-count must be a number from 1 to 10000000"],
    [["--snapshot-count", "10000001"], "--snapshot-count must be a number from 1 to 10000000"],
    [["--snapshot-count", "many"], "--snapshot-count must be a number from 1 to 10000000"],
    [["--data-dir", ""], "--data-dir must not be empty"],
    [["--data-dir="], "--data-dir must not be empty"],
    [["--data-dir"], "--data-dir needs a value"],
    [["--cluster"], "--cluster needs a value"],
    [["--name", "x"], "unknown flag --name"],
    [["-x=1"], "unknown flag --x"],
    [["7"], 'unexpected argument "7"'],
    [["---id", "1"], 'unexpected argument "---id"'],
    [["--ID", "1"], 'unexpected argument "--ID"'],
    [["--"], 'unexpected argument "--"'],
    [[""], 'unexpected argument ""'],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(args)}`, () => {
      assert.deepEqual(parseOptions(args), { problem });
    });
  }

  it("reads member ids in decimal and in hex, and refuses 0 and the addresses that raft reserves", () => {
    for (const [given, id] of [
      ["1", 1n],
      ["007", 7n],
      ["0x10", 16n],
      ["0xFFFFFFFFFFFFFFFD", 0xffff_ffff_ffff_fffdn],
      ["9223372036854775808", 1n << 63n],
      ["18446744073709551613", 0xffff_ffff_ffff_fffdn],
      ["0", undefined],
      ["0x0", undefined],
      ["0xfffffffffffffffe", undefined],
      ["18446744073709551615", undefined],
      ["99999999999999999999", undefined],
      ["0x10000000000000001", undefined],
      ["", undefined],
      ["0x", undefined],
      ["-1", undefined],
      ["1n", undefined],
      ["1\n", undefined],
    ] as const) {
      assert.equal(parseMemberId(given), id, given);
    }
  });

  it("takes a peer URL of scheme, host and port, and nothing else", () => {
    for (const url of ["http://127.0.0.1:1", "https://node-1.example:65535", "http://[::1]:9021"]) {
      assert.equal(peerUrlProblem(url), undefined);
    }
    for (const url of [
      "http://127.0.0.1",
      "http://127.0.0.1:",
      "http://127.0.0.1:0",
      "http://127.0.0.1:65536",
      "http://:9021",
      "http://user@a:9021",
      "http://a:9021/",
      "http://a:9021?x",
      "http://a:9021#x",
      "http://a b:9021",
      "HTTP://a:9021",
      "unix://a:9021",
      "http://a:9021\n",
    ]) {
      assert.equal(peerUrlProblem(url), `"${url}" is not a peer URL like http://127.0.0.1:9021`);
    }
  });
});
