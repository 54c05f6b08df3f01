/**
 * Runs named checks with a client that is not ours, on the reference and then on the subject. A check asserts what it can know, and returns
 * what else it saw: that must be the same on both.
 */
import { messageOf } from "@quorate/base";
import { type Difference, differenceOf, type Judgement, type Part } from "./part.ts";
import { type System, startPair } from "./system.ts";
import { describe } from "./wire.ts";

/** A check: with a client, to what it saw. The key is its name as a sentence. */
export type Checks<Client> = Readonly<Record<string, (client: Client) => Promise<unknown>>>;

export type Kit<Client> = {
  readonly checks: Checks<Client>;
  readonly open: (system: System) => Client;
  readonly close: (client: Client) => void;
};

const CHECK_MS = 20_000;

/** Runs every check on both systems, each with a client of its own. */
export async function judgeChecks<Client>({ recipes }: Part, kit: Kit<Client>): Promise<Judgement> {
  const systems = await startPair(recipes, 1);
  const failures: Difference[] = [];
  const names = Object.keys(kit.checks);
  try {
    for (const name of names) {
      const [expected, actual] = await Promise.all(systems.map((system) => runCheck(system, name, kit)));
      if (expected?.startsWith(FAILED) === true)
        failures.push(differenceOf(`${name}, on the reference`, "to hold", expected));
      if (expected !== actual) failures.push(differenceOf(name, expected, actual));
    }
    const deaths = systems.map((system) => system.deaths()).join("");
    if (deaths !== "") failures.push({ short: "a member ended", whole: deaths });
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
  }
  return { count: names.length, unit: "checks", failures };
}

const FAILED = "failed: ";

async function runCheck<Client>(system: System, name: string, kit: Kit<Client>): Promise<string> {
  const client = kit.open(system);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${CHECK_MS} ms`)), CHECK_MS);
    });
    const saw = await Promise.race([kit.checks[name]?.(client), late]);
    return `saw ${describe(saw ?? "nothing to compare")}`;
  } catch (error) {
    return FAILED + messageOf(error);
  } finally {
    clearTimeout(timer);
    kit.close(client);
  }
}
