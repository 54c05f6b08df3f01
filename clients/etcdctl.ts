/** The part "etcdctl": the scripts, step by step on both systems at once; what they print and how they end must be equal. */
import { messageOf } from "@quorate/base";
import { type Difference, differenceOf, type Judgement, type Part } from "./part.ts";
import { isCommand, parseScript, type Step } from "./script.ts";
import { CLUSTER_SCRIPT } from "./script-cluster.ts";
import { KV_SCRIPT } from "./script-kv.ts";
import { SERVER_SCRIPT } from "./script-server.ts";
import { Session } from "./session.ts";
import { type System, startPair } from "./system.ts";

type Script = { readonly name: string; readonly text: string; readonly members: number };

const KV: Script = { name: "kv", text: KV_SCRIPT, members: 1 };
const SERVER: Script = { name: "server", text: SERVER_SCRIPT, members: 1 };
const CLUSTER: Script = { name: "cluster", text: CLUSTER_SCRIPT, members: 3 };

/** Runs every script on new systems; two at a time, because they mostly wait. */
export async function judgeEtcdctl(part: Part): Promise<Judgement> {
  const [kvAndServer, cluster] = await Promise.all([
    judgeScript(part, KV).then(async (kv) => [kv, await judgeScript(part, SERVER)]),
    judgeScript(part, CLUSTER),
  ]);
  const all = [...kvAndServer, cluster];
  const count = all.reduce((sum, { commands }) => sum + commands, 0);
  return { count, unit: "commands", failures: all.flatMap(({ failures }) => failures) };
}

async function judgeScript(
  { recipes, reference, bite }: Part,
  { name, text, members }: Script,
): Promise<{ readonly commands: number; readonly failures: readonly Difference[] }> {
  const failures: Difference[] = [];
  const steps = parseScript(text);
  const systems = await startPair(recipes, members);
  try {
    const sessions = await Promise.all(
      systems.map((system, i) => Session.open(system, reference, i === 1 ? bite : undefined)),
    );
    for (const step of steps) {
      const where = `${name} script, line ${step.line}: ${step.text}`;
      failures.push(...(await judgeStep(where, step, sessions)));
      const deaths = deathsOf(systems);
      if (deaths === "") continue;
      failures.push({ short: `a member ended after ${where}`, whole: deaths });
      break;
    }
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
  }
  return { commands: steps.filter(isCommand).length, failures };
}

async function judgeStep(where: string, step: Step, sessions: readonly Session[]): Promise<Difference[]> {
  const broken: Difference[] = [];
  const [expected, actual] = await Promise.all(
    sessions.map(async (session) => {
      try {
        return await session.perform(step);
      } catch (error) {
        const whole = `${where}\n  could not be done on the ${session.system.label}: ${messageOf(error)}`;
        broken.push({ short: whole, whole });
        return undefined;
      }
    }),
  );
  if (broken.length > 0) return broken;
  return expected === actual ? [] : [differenceOf(where, expected, actual)];
}

function deathsOf(systems: readonly System[]): string {
  return systems.map((system) => system.deaths()).join("");
}
