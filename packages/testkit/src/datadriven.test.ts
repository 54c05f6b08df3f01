import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Arg,
  argValue,
  DataDrivenError,
  type Directive,
  idArgs,
  parseDataDriven,
  rewriteDataDriven,
  runDataDriven,
  scanBoolean,
  scanId,
  scanNumber,
} from "./datadriven.ts";

const parse = (...lines: readonly string[]): Directive[] => parseDataDriven("f.txt", lines.join("\n"));

/** The arguments of one directive as `key` or `key:[v|v]`. */
function args(line: string): string[] {
  const [d] = parse(line);
  return (d?.args ?? []).map(({ key, values }: Arg) => (values.length === 0 ? key : `${key}:[${values.join("|")}]`));
}

function refuses(message: string, call: () => unknown): void {
  assert.throws(
    call,
    (error) => error instanceof DataDrivenError && error.code === "Syntax" && error.message === message,
  );
}

describe("testkit/datadriven", () => {
  it("reads command, input and expected output", () => {
    assert.deepEqual(
      parse("# comment", "", "cmd a", "in 1", "", "in 2 ", "----", "out 1", "  out 2", "", "next", "----", "x"),
      [
        {
          file: "f.txt",
          line: 3,
          command: "cmd",
          args: [{ key: "a", values: [] }],
          input: "in 1\n\nin 2",
          expected: "out 1\n  out 2\n",
        },
        { file: "f.txt", line: 11, command: "next", args: [], input: "", expected: "x\n" },
      ],
    );
  });

  it("takes a comment for one only where a directive could start", () => {
    const [d, ...rest] = parse("cmd", "# input", "----", "# output", "", "  # comment");
    assert.deepEqual([d?.input, d?.expected, rest], ["# input", "# output\n", []]);
  });

  it("takes only a line that is exactly the separator for one", () => {
    const [d] = parse("cmd", "-----", " ----", "----", "out");
    assert.deepEqual([d?.input, d?.expected], ["-----\n ----", "out\n"]);
  });

  it("expects nothing where the file ends, or a blank line comes, at once", () => {
    assert.deepEqual(
      parse("cmd", "input").map(({ input, expected }) => [input, expected]),
      [["input", ""]],
    );
    assert.deepEqual(
      parse("a", "----").map(({ expected }) => expected),
      [""],
    );
    assert.deepEqual(
      parse("a", "----", "", "", "b", "----", "  ", "c", "----", "x").map(({ expected }) => expected),
      ["", "", "x\n"],
    );
  });

  it("ends expected output at a line of nothing but whitespace", () => {
    assert.deepEqual(
      parse("a", "----", "x", " \t", "b", "----", "y").map(({ expected }) => expected),
      ["x\n", "y\n"],
    );
  });

  it("reads output with blank lines between pairs of separators", () => {
    const [a, b] = parse("a", "----", "----", "x", "", "----", "y", "----", "----", "", "b", "----", "z");
    assert.deepEqual([a?.expected, b?.expected], ["x\n\n----\ny\n", "z\n"]);
    const [last] = parse("a", "----", "----", "----", "----");
    assert.equal(last?.expected, "");
  });

  it("refuses such output where it is not closed, or where something follows at once", () => {
    refuses("f.txt:4: expected output is not closed", () => parse("a", "----", "----", "x"));
    refuses("f.txt:6: a blank line must follow", () => parse("a", "----", "----", "----", "----", "b"));
  });

  it("joins continued lines with a space", () => {
    const [d] = parse("cmd a\\", "   b \\", "c=(1,\\", "  2)", "----", "out");
    assert.deepEqual(
      [d?.line, d?.args],
      [
        1,
        [
          { key: "a", values: [] },
          { key: "b", values: [] },
          { key: "c", values: ["1", "2"] },
        ],
      ],
    );
    assert.deepEqual(args("cmd x\\"), ["x"], "nothing follows");
  });

  it("reads lines that end like on Windows", () => {
    const [d] = parse("cmd\r", "in\r", "----\r", "out\r", "\r");
    assert.deepEqual([d?.command, d?.input, d?.expected], ["cmd", "in", "out\n"]);
  });

  it("reads arguments with no value, one, an empty one, and several", () => {
    assert.deepEqual(args("cmd   a  b=1 c= d=(1, 2,3) e=() f=(a,) g"), [
      "a",
      "b:[1]",
      "c:[]",
      "d:[1|2|3]",
      "e:[]",
      "f:[a|]",
      "g",
    ]);
    assert.deepEqual(
      parse("cmd c= e=()")[0]?.args.map(({ values }) => values),
      [[""], [""]],
    );
  });

  it("keeps commas, quotes and equal signs inside a value", () => {
    assert.deepEqual(args('cmd a=1,2 b=x=y "foo" c="z"'), ["a:[1,2]", "b:[x=y]", '"foo"', 'c:["z"]']);
  });

  it("keeps nested parentheses, and spaces other than those after a comma", () => {
    assert.deepEqual(args("cmd a=(f(1, 2),  g(()) , h)"), ["a:[f(1, 2)|g(()) |h]"]);
    assert.deepEqual(args("cmd a=( x )b"), ["a:[ x ]", "b"]);
  });

  it("refuses an argument without a key, and parentheses that do not close", () => {
    refuses("f.txt:2: an argument without a key", () => parse("", "cmd =x"));
    refuses("f.txt:1: unbalanced parentheses", () => parse("cmd a=(b, (c)"));
  });

  it("passes over the frames of subtests, which have neither input nor output", () => {
    const directives = parse("subtest one", "", "a", "----", "x", "", "subtest end one", "b", "----", "y");
    assert.deepEqual(
      directives.map(({ command }) => command),
      ["a", "b"],
    );
  });

  it("scans numbers, ids and Go's booleans, and refuses anything else", () => {
    const [d] = parse("cmd 1 18446744073709551615 k=(1, 2) v=3") as [Directive];
    assert.equal(scanNumber(d, "10"), 10);
    assert.equal(scanId(d, "18446744073709551615"), 2n ** 64n - 1n);
    for (const yes of ["1", "t", "T", "TRUE", "true", "True"]) assert.equal(scanBoolean(d, yes), true);
    for (const no of ["0", "f", "F", "FALSE", "false", "False"]) assert.equal(scanBoolean(d, no), false);
    refuses('f.txt:1: "-1" is not a number', () => scanNumber(d, "-1"));
    refuses('f.txt:1: "a" is not an id', () => scanId(d, "a"));
    refuses('f.txt:1: "yes" is not a boolean', () => scanBoolean(d, "yes"));
    assert.deepEqual(idArgs(d), [1n, 2n ** 64n - 1n]);
    assert.deepEqual([argValue(d, "v"), argValue(d, "missing")], ["3", undefined]);
    refuses("f.txt:1: k takes one value", () => argValue(d, "k"));
    refuses("f.txt:1: 1 takes one value", () => argValue(d, "1"));
  });

  it("compares output with a newline added where it lacks one, and stops at the first difference", () => {
    const directives = parse("a", "----", "x", "", "b", "----", "", "c", "----", "z", "", "d", "----", "z");
    const output: Readonly<Record<string, string>> = { a: "x", b: "", c: "other", d: "never" };
    const handled: string[] = [];
    const difference = runDataDriven(directives, ({ command }) => {
      handled.push(command);
      return output[command] ?? "";
    });
    assert.deepEqual([difference?.directive.command, difference?.actual, handled], ["c", "other\n", ["a", "b", "c"]]);
    assert.equal(
      runDataDriven(parse("a", "----", "x"), () => "x\n"),
      undefined,
    );
  });

  it("rewrites expected output and nothing else, with blank lines in the form that may hold them", () => {
    const text = [
      "# comment",
      "",
      "a 1",
      "in",
      "----",
      "old",
      "",
      "",
      "# more",
      "b",
      "----",
      "old",
      "",
      "c",
      "----",
      "",
    ].join("\n");
    const output: Readonly<Record<string, string>> = { a: "new 1\nnew 2", b: "with\n\nblank", c: "" };
    const handle = ({ command }: Directive): string => output[command] ?? "";
    const rewritten = rewriteDataDriven("f.txt", text, handle);
    assert.equal(
      rewritten,
      [
        "# comment",
        "",
        "a 1",
        "in",
        "----",
        "new 1",
        "new 2",
        "",
        "",
        "# more",
        "b",
        "----",
        "----",
        "with",
        "",
        "blank",
        "----",
        "----",
        "",
        "c",
        "----",
        "",
      ].join("\n"),
    );
    assert.equal(runDataDriven(parseDataDriven("f.txt", rewritten), handle), undefined);
    assert.equal(rewriteDataDriven("f.txt", rewritten, handle), rewritten, "a second time changes nothing");
  });
});
