import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { generate } from "./generate.ts";
import { camelCase, parseProto } from "./parse.ts";

const PROTO = join(import.meta.dirname, "../../../packages/proto");

function readAll(folder: string): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

const HEAD = '// A file.\nsyntax = "proto2";\npackage x;\n\n';
const parse = (text: string): ReturnType<typeof parseProto> => parseProto("x.proto", HEAD + text);

describe("tools/protogen", () => {
  it("makes exactly the files of packages/proto/src/gen (npm run protogen writes them)", () => {
    const generated = generate(readAll(join(PROTO, "proto")));
    const present = readAll(join(PROTO, "src/gen"));
    assert.deepEqual([...present.keys()].sort(), [...generated.keys()].sort());
    for (const [name, text] of generated) assert.equal(present.get(name), text, name);
  });

  it("reads comments, labels, number fields, imported types and the zeros directive", () => {
    const file = parse(
      'import "other.proto";\n// A thing.\n// @zeros all but b\nmessage T {\n  // Its id.\n  optional uint64 a_b = 1;\n' +
        "  optional uint64 b = 2 [jstype = JS_NUMBER];\n  repeated other.Part parts = 3;\n}\n",
    );
    assert.deepEqual(file.doc, ["A file."]);
    assert.deepEqual(file.imports, ["other"]);
    const [decl] = file.declarations;
    assert.ok(decl?.kind === "message");
    assert.deepEqual([decl.name, decl.doc, decl.zeros], ["T", ["A thing."], "all but b"]);
    assert.deepEqual(
      decl.fields.map(({ name, type, label, isNumber, doc }) => [name, type, label, isNumber, doc]),
      [
        ["aB", "uint64", "optional", false, ["Its id."]],
        ["b", "uint64", "optional", true, []],
        ["parts", "Part", "repeated", false, []],
      ],
    );
  });

  for (const { name, text, message } of [
    {
      name: "a line that is no declaration",
      text: "service S {\n}\n",
      message: 'x.proto:5: cannot read "service S {"',
    },
    {
      name: "a field it does not know",
      text: "message T {\n  map<int32, string> m = 1;\n}\n",
      message: 'x.proto:6: cannot read "map<int32, string> m = 1;"',
    },
    {
      name: "an option it does not know",
      text: "message T {\n  optional bool b = 1 [deprecated = true];\n}\n",
      message: 'x.proto:6: cannot read "optional bool b = 1 [deprecated = true];"',
    },
    {
      name: "an enum value without a number",
      text: "enum E {\n  A = 0;\n  B;\n}\n",
      message: 'x.proto:7: cannot read "B;"',
    },
    { name: "a bad import", text: 'import "a.txt";\n', message: 'x.proto:5: cannot read "import "a.txt";"' },
    {
      name: "a declaration that is not closed",
      text: "message T {\n  optional bool b = 1;\n",
      message: "x.proto:5: no closing brace",
    },
  ]) {
    it(`refuses ${name} with file and line`, () => {
      assert.throws(() => parse(text), { message });
    });
  }

  it("refuses a type that it has no code for, with the field", () => {
    assert.throws(() => generate(new Map([["x.proto", `${HEAD}message T {\n  optional double d = 1;\n}\n`]])), {
      message: "field d: type double is not supported",
    });
  });

  it("turns snake case into camel case and leaves the rest", () => {
    assert.equal(camelCase("voters_outgoing_x"), "votersOutgoingX");
    assert.equal(camelCase("logTerm"), "logTerm");
  });
});
