/** The part "etcdctl": the scripts, step by step on both systems at once; what they print and how they end must be equal. */
import { messageOf } from "@quorate/base";
import { type Difference, differenceOf, type Judgement, type Part } from "./part.ts";
import { isCommand, parseScript } from "./script.ts";
import { CLUSTER_SCRIPT } from "./script-cluster.ts";
import { KV_SCRIPT } from "./script-kv.ts";
import { SERVER_SCRIPT } from "./script-server.ts";
import { Session } from "./session.ts";
import { startPair } from "./system.ts";

const SCRIPTS = [
  { name: "kv", text: KV_SCRIPT, members: 1 },
  { name: "server", text: SERVER_SCRIPT, members: 1 },
  { name: "cluster", text: CLUSTER_SCRIPT, members: 3 },
];

/** Runs every script on new systems. */
export async function judgeEtcdctl({ recipes, reference, bite }: Part): Promise<Judgement> {
  const failures: Difference[] = [];
  let commands = 0;
  for (const { name, text, members } of SCRIPTS) {
    const systems = await startPair(recipes, members);
    try {
      const sessions = await Promise.all(
        systems.map((system, i) => Session.open(system, reference, i === 1 ? bite : undefined)),
      );
      for (const step of parseScript(text)) {
        const [expected, actual] = await Promise.all(
          sessions.map((session) =>
            session.perform(step).catch((error: unknown) => `the judge failed: ${messageOf(error)}`),
          ),
        );
        if (isCommand(step)) commands++;
        if (expected !== actual)
          failures.push(differenceOf(`${name} script, line ${step.line}: ${step.text}`, expected, actual));
        const deaths = systems.map((system) => system.deaths()).join("");
        if (deaths !== "") {
          failures.push({ short: `a member ended after line ${step.line}: ${step.text}`, whole: deaths });
          break;
        }
      }
    } finally {
      await Promise.all(systems.map((system) => system.stop()));
    }
  }
  return { count: commands, unit: "commands", failures };
}
