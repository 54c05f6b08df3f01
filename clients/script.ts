/**
 * The little language of the scripts that the etcdctl part runs, a command a line:
 *
 *     # a comment
 *     put a 1                          etcdctl put a 1
 *     etcdutl snapshot status FILE     another program of the reference
 *     http GET /version                a request to the first member's client port
 *     ~took,table endpoint health      what may differ besides ids (normalise.ts)
 *     lease grant 60 => LEASE1         $LEASE1 is from now on what the output says the id is
 *     put a < 'a line\nanother\n'      with standard input; \n is a line's end
 *     revision NEXT                    $NEXT is the revision that the next write will have; no command
 *     bg W watch a --rev=$NEXT         runs beside the script
 *     until W "a" 2                    waits until its stdout holds the text twice; no command
 *     stop W                           interrupts it; its whole output is compared
 *     retry "text" member add ...      runs again while stderr holds the text, up to a deadline; only the last run counts
 *     system lead m1                   what is done to the system (session.ts); no command
 *
 * Words are separated by spaces; '...' is taken as it is, "..." with JSON's escapes; $NAME stands for a value of the system.
 */
import type { RuleName } from "./normalise.ts";
import { isRuleName } from "./normalise.ts";

export type Action = "tool" | "http" | "revision" | "bg" | "until" | "stop" | "system";

export type Step = {
  readonly line: number;
  readonly text: string;
  readonly action: Action;
  /** Of a tool: its name, then its arguments. */
  readonly words: readonly string[];
  readonly rules: readonly RuleName[];
  readonly stdin: string | undefined;
  /** Name that the id in the output gets. */
  readonly capture: string | undefined;
  readonly retryWhile: string | undefined;
};

const ACTIONS: ReadonlySet<string> = new Set(["http", "revision", "bg", "until", "stop", "system"]);
const TOOLS: ReadonlySet<string> = new Set(["etcdctl", "etcdutl"]);
const WORD = /'([^']*)'|"((?:[^"\\]|\\.)*)"|[^\s'"]+/g;

/** Steps that run a program or ask for something whose answer is compared. */
export function isCommand({ action }: Step): boolean {
  return action === "tool" || action === "http" || action === "stop";
}

/** @throws for a line that makes no sense. */
export function parseScript(script: string): Step[] {
  return script
    .split("\n")
    .map((text, i) => ({ text: text.trim(), line: i + 1 }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"))
    .map(({ text, line }) => parseLine(text, line));
}

function parseLine(text: string, line: number): Step {
  const words = split(text);
  const rules: RuleName[] = [];
  if (words[0]?.startsWith("~") === true)
    for (const name of words.shift()!.slice(1).split(",")) {
      if (!isRuleName(name)) throw new Error(`line ${line}: no rule is called ${name}`);
      rules.push(name);
    }
  const take = (sign: string): string | undefined => {
    const at = words.indexOf(sign);
    return at < 0 ? undefined : words.splice(at, 2)[1];
  };
  const capture = take("=>");
  const stdin = take("<")?.replaceAll("\\n", "\n");
  let retryWhile: string | undefined;
  if (words[0] === "retry") [, retryWhile] = words.splice(0, 2);
  const action = ACTIONS.has(words[0] ?? "") ? (words.shift() as Action) : "tool";
  if (action === "tool" && !TOOLS.has(words[0] ?? "")) words.unshift("etcdctl");
  return { line, text, action, words, rules, stdin, capture, retryWhile };
}

function split(text: string): string[] {
  const words: string[] = [];
  let end = -1;
  for (const match of text.matchAll(WORD)) {
    const [all, raw, escaped] = match;
    const word = raw ?? (escaped === undefined ? all : (JSON.parse(`"${escaped}"`) as string));
    // Without a space between them two pieces are one word: --flag="x".
    if (match.index === end) words[words.length - 1] += word;
    else words.push(word);
    end = match.index + all.length;
  }
  return words;
}
