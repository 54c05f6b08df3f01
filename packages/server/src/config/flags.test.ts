import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { FlagSpec } from "./flag-spec.ts";
import { environmentName, FLAGS, flagNamed, flagSpellings, IGNORED_FLAGS, parseFlagValue } from "./flags.ts";
import { type ConfigHost, type Reading, readConfig } from "./read-config.ts";

function hostWith(text: string): ConfigHost {
  return {
    readFile: () => text,
    defaultAddress: () => undefined,
    build: { version: "0.0.0", node: "v20", os: "linux", arch: "amd64" },
  };
}

/** What the file has for the default of a flag, at its key. */
function fileText({ kind, initial, fileKey = "" }: FlagSpec): string {
  const path = fileKey.split("/");
  const parsed = kind === "duration" ? parseDuration(initial) : undefined;
  let value: unknown = parsed ?? initial;
  if (kind === "bool") value = initial === "true";
  if (kind === "uint" || kind === "uint32" || kind === "int") value = Number(initial);
  for (const key of path.toReversed()) value = { [key]: value };
  return JSON.stringify(value);
}

function parseDuration(text: string): number {
  const spec = FLAGS.find(({ kind }) => kind === "duration");
  assert.ok(spec !== undefined);
  const parsed = parseFlagValue(spec, text);
  assert.ok("value" in parsed && typeof parsed.value === "number");
  return parsed.value * 1e6;
}

describe("server/config/flags", () => {
  for (const spec of FLAGS) {
    it(`takes the default of --${spec.name} by every way that there is`, () => {
      const readings: Reading[] = [
        readConfig([`--${spec.name}=${spec.initial}`], {}, hostWith("")),
        readConfig([], { [environmentName(spec.name)]: spec.initial }, hostWith("")),
      ];
      if (spec.kind !== "bool") readings.push(readConfig([`-${spec.name}`, spec.initial], {}, hostWith("")));
      if (spec.oldName !== undefined)
        readings.push(readConfig([`--${spec.oldName}=${spec.initial}`], {}, hostWith("")));
      if (spec.fileKey !== undefined) readings.push(readConfig(["--config-file=f"], {}, hostWith(fileText(spec))));
      for (const reading of readings) {
        // One flag alone asks for another, whatever its value.
        if (spec.name.startsWith("listen-client") && reading.kind === "refuse") {
          assert.match(reading.message, /^--advertise-client-urls is required/);
          continue;
        }
        assert.equal(reading.kind, "run", JSON.stringify(reading));
        if (reading.kind !== "run") continue;
        assert.ok(!reading.warnings.some(({ line }) => /unknown key|unrecognized/.test(line)));
      }
    });
  }

  it("has every name once", () => {
    const names = [...flagSpellings(), ...IGNORED_FLAGS, "version", "config-file", "help", "h"];
    assert.equal(new Set(names).size, names.length);
    assert.equal(flagSpellings().length, FLAGS.length + FLAGS.filter(({ oldName }) => oldName !== undefined).length);
    for (const spelling of flagSpellings()) assert.ok(flagNamed(spelling) !== undefined);
    const keys = FLAGS.flatMap(({ fileKey }) => (fileKey === undefined ? [] : [fileKey]));
    assert.equal(new Set(keys).size, keys.length);
  });

  it("answers any command line, environment and file with a configuration, a text or a sentence", () => {
    const word = fc.oneof(
      fc.constantFrom(...flagSpellings().map((name) => `--${name}`)),
      fc.tuple(fc.constantFrom(...flagSpellings()), fc.string()).map(([name, text]) => `-${name}=${text}`),
      fc.constantFrom("http://127.0.0.1:1", "1", "-1", "1s", "a=http://b:1", "--", "-h", "--config-file=f"),
      fc.string(),
    );
    const variable = fc.tuple(fc.constantFrom(...flagSpellings().map(environmentName)), fc.string());
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 6 }),
        fc.array(variable, { maxLength: 2 }),
        fc.json(),
        (argv, env, text) => {
          const reading = readConfig(argv, Object.fromEntries(env), hostWith(text));
          if (reading.kind === "refuse") {
            assert.ok(reading.message.length > 0);
            assert.ok(reading.exitCode === 1 || reading.exitCode === 2);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
