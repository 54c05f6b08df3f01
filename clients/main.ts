/**
 * `npm run test:clients [-- PART] [--seed N] [--reference ETCD] [--subject BIN] [--bite]`: judges a server against etcd with clients that
 * are not ours. Prints a line a part and a summary; the exit code is 1 when anything differs that may not.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "@quorate/base";
import { drawSeed } from "@quorate/testkit";
import { Bite } from "./bite.ts";
import { cleanUpAtExit } from "./children.ts";
import { judgeDifferential } from "./differential.ts";
import { judgeEtcd3 } from "./etcd3.ts";
import { judgeEtcdctl } from "./etcdctl.ts";
import { judgeGrpcJs } from "./grpc-js.ts";
import type { Judgement, Part } from "./part.ts";
import { findReference } from "./reference.ts";

const PARTS: Readonly<Record<string, (part: Part) => Promise<Judgement>>> = {
  etcdctl: judgeEtcdctl,
  differential: judgeDifferential,
  etcd3: judgeEtcd3,
  "grpc-js": judgeGrpcJs,
};

const SUBJECT = join(import.meta.dirname, "../../bin/quorate");
const MAX_SHOWN_WHOLE = 10;
const BITE_CHANCE = 0.05;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    reference: { type: "string" },
    subject: { type: "string" },
    bite: { type: "boolean", default: false },
  },
});

async function judge(): Promise<boolean> {
  const names = positionals.length === 0 ? Object.keys(PARTS) : positionals;
  const isPart = (name: string): boolean => Object.hasOwn(PARTS, name);
  if (!names.every(isPart)) throw new Error(`the parts are ${Object.keys(PARTS).join(", ")}`);
  const reference = findReference(values.reference);
  if (typeof reference === "string") {
    say(`SKIPPED: ${reference}`);
    return true;
  }
  const subject = values.subject ?? SUBJECT;
  if (!existsSync(subject)) throw new Error(`there is no ${subject}`);
  const seed = values.seed === undefined ? drawSeed() : Number(values.seed);
  say(`reference: etcd ${reference.version} (${reference.etcd}); subject: ${subject}; seed ${seed}`);
  let isRight = true;
  for (const name of names) {
    const bite = values.bite ? new Bite(seed, BITE_CHANCE) : undefined;
    const recipes = [
      { label: "reference", binary: reference.etcd },
      { label: "subject", binary: subject },
    ] as const;
    if (!(await judgePart(name, { recipes, reference, seed, bite }))) isRight = false;
  }
  say(isRight ? "all equal" : "NOT EQUAL");
  return isRight;
}

async function judgePart(name: string, part: Part): Promise<boolean> {
  const start = performance.now();
  const { count, unit, failures, note = "" } = await PARTS[name]!(part);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  for (const [i, { short, whole }] of failures.entries()) say(i < MAX_SHOWN_WHOLE ? `\n${whole}` : short);
  if (failures.length > 0) say(`\nrun again: npm run test:clients -- ${name} --seed ${part.seed}`);
  const verdict = failures.length === 0 ? "equal" : `${failures.length} differ`;
  const { count: falsified = 0, missed = [] } = part.bite ?? {};
  for (const miss of missed) say(`missed: ${miss}`);
  const bitten = part.bite === undefined ? "" : `; ${falsified} falsified, ${missed.length} of them missed`;
  say(`${name.padEnd(14)} ${String(count).padStart(7)} ${unit}, ${verdict}, ${seconds} s${note}${bitten}`);
  return failures.length === 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// What the tools would read from the environment is no part of the comparison.
for (const name of Object.keys(process.env)) if (/^ETCD(CTL|UTL)?_/.test(name)) delete process.env[name];
cleanUpAtExit();
try {
  process.exitCode = (await judge()) ? 0 : 1;
} catch (error) {
  say(`the judge failed: ${messageOf(error)}`);
  process.exitCode = 1;
}
