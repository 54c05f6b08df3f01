/** What every part of the judge gets and gives. */
import type { Bite } from "./bite.ts";
import type { Reference } from "./reference.ts";
import type { Recipe } from "./system.ts";

export type Part = {
  /** The reference first, the subject second. */
  readonly recipes: readonly [Recipe, Recipe];
  readonly reference: Reference;
  readonly seed: number;
  /** Falsifies answers of the subject; there only when the judge is judged. */
  readonly bite: Bite | undefined;
};

export type Judgement = {
  readonly count: number;
  /** What was counted: "commands". */
  readonly unit: string;
  /** None when the subject is right. */
  readonly failures: readonly Difference[];
  /** Figures worth a place on the part's line. */
  readonly note?: string;
};

/** A difference: in short, and with both answers whole. */
export type Difference = { readonly short: string; readonly whole: string };

export function differenceOf(what: string, expected: string | undefined, actual: string | undefined): Difference {
  const [a, b] = [(expected ?? "nothing").split("\n"), (actual ?? "nothing").split("\n")];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  const short = `${what}\n  - ${a[same] ?? "(end)"}\n  + ${b[same] ?? "(end)"}`;
  const indented = (lines: readonly string[]): string => lines.map((line) => `    ${line}`).join("\n");
  return { short, whole: `${short}\n  reference:\n${indented(a)}\n  subject:\n${indented(b)}` };
}
