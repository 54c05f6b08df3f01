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
const HEAD3 = HEAD.replace("proto2", "proto3");
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

  it("reads what proto3 adds: plain fields, nested enums, oneofs, maps, and the directives", () => {
    const file = parseProto(
      "x.proto",
      `${HEAD3}// @saturate
message T {
  enum Kind {
    A = 0;
  }
  reserved 1;
  Kind kind = 2;
  // Of what.
  // @presence
  bytes end = 3;
  oneof what_is {
    int64 n = 4 [jstype = JS_NUMBER];
    T t = 5;
  }
  map<string, T> by_name = 6;
}

message Empty {}
`,
    );
    const [kind, message, empty] = file.declarations;
    assert.deepEqual(kind, { kind: "enum", name: "Kind", doc: [], values: [{ name: "A", number: 0 }] });
    assert.ok(message?.kind === "message" && empty?.kind === "message");
    assert.deepEqual([message.doc, empty.fields], [[], []]);
    assert.deepEqual(
      message.fields.map(({ label, type, name, saturates, hasPresence, oneof, doc }) => {
        return [label, type, name, saturates, hasPresence, oneof, doc];
      }),
      [
        ["plain", "Kind", "kind", true, false, undefined, []],
        ["plain", "bytes", "end", true, true, undefined, ["Of what."]],
        ["plain", "int64", "n", true, false, "whatIs", []],
        ["plain", "T", "t", true, false, "whatIs", []],
        ["map", "T", "byName", true, false, undefined, []],
      ],
    );
  });

  it("makes a closed union of a oneof, one switch of neighbours, and a table of numbers with gaps", () => {
    const text = generate(
      new Map([
        ["x.proto", `${HEAD3}message T {\n  oneof o {\n    bool a = 1;\n    T b = 9;\n  }\n  bool c = 4;\n}\n`],
      ]),
    ).get("x.ts");
    assert.ok(text !== undefined);
    assert.match(
      text,
      /export type TO =\n {2}\| \{ readonly kind: "a"; readonly value: boolean \}\n {2}\| .*kind: "b".*;\n/,
    );
    assert.match(text, /o: TO \| undefined;/);
    assert.match(text, /const tNumbers: readonly number\[\] = \[1, 4, 9\];/);
    // The field between the two members is written between them.
    assert.match(text, /case "a": \{.*w\.bool\(x\.c\);.*case "b": \{/s);
  });

  it("makes a table of methods of a service", () => {
    const service = "// Sings.\nservice S {\n  // Once.\n  rpc Sing(T) returns (stream T);\n}\nmessage T {}\n";
    const text = generate(new Map([["x.proto", HEAD3 + service]])).get("x.ts");
    assert.ok(text !== undefined);
    assert.match(
      text,
      /\/\*\* Sings\. \*\/\nexport const SService: \{\n {2}\/\*\* Once\. \*\/\n {2}readonly sing: Method<T, T>;\n\}/,
    );
    assert.match(text, /path: "\/x\.S\/Sing",\n {4}isClientStreaming: false,\n {4}isServerStreaming: true,/);
    assert.throws(() => parse("service S {\n  rpc Sing(T);\n}\n"), {
      message: 'x.proto:6: cannot read "rpc Sing(T);"',
    });
  });

  for (const { name, declarations, message } of [
    {
      name: "a type that it has no code for",
      declarations: "message T {\n  map<string, string> m = 1;\n}\n",
      message: "field m: type string is not supported",
    },
    {
      name: "a message declared twice",
      declarations: "message T {}\nmessage T {}\n",
      message: "T is declared twice",
    },
    {
      name: "a number used twice",
      declarations: "message T {\n  bool a = 1;\n  bool b = 1;\n}\n",
      message: "field 1 of T is declared twice",
    },
  ]) {
    it(`refuses ${name}`, () => {
      assert.throws(() => generate(new Map([["x.proto", HEAD3 + declarations]])), { message });
    });
  }

  it("refuses a repeated member of a oneof, and labels that the syntax does not have", () => {
    for (const [head, field] of [
      [HEAD3, "  oneof o {\n    repeated bool a = 1;\n  }\n"],
      [HEAD3, "  optional bool a = 1;\n"],
      [HEAD, "  bool a = 1;\n"],
    ] as const) {
      assert.throws(() => parseProto("x.proto", `${head}message T {\n${field}}\n`), /^Error: x.proto:\d: cannot read/);
    }
  });

  it("refuses a scalar of proto2 whose number has no bit", () => {
    assert.throws(() => generate(new Map([["x.proto", `${HEAD}message T {\n  optional bool b = 40;\n}\n`]])), {
      message: "field b: no bit for its zero",
    });
  });

  for (const { name, text, message } of [
    {
      name: "a line that is no declaration",
      text: "extend S {\n}\n",
      message: 'x.proto:5: cannot read "extend S {"',
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
