/**
 * The one seed of a test: from SEED, or drawn, and told on failure with the command that runs it again. Nothing else in tests
 * may be random.
 */
import { Prng } from "@quorate/base";

export type Seed = { readonly seed: number; readonly prng: Prng };

/** The seed of this run: SEED where it is set to a whole number, else a new one. */
export function drawSeed(): number {
  const given = Number(process.env["SEED"] ?? Number.NaN);
  return Number.isSafeInteger(given) ? given : process.hrtime()[1];
}

/**
 * Runs `body` with a generator of this run's seed. A failure carries the seed and how to run it again.
 * @param file part of the test file's path, for the command.
 */
export function withSeed(file: string, body: (seed: Seed) => void): void {
  const seed = drawSeed();
  try {
    body({ seed, prng: new Prng(seed) });
  } catch (error) {
    throw new Error(rerun(file, seed), { cause: error });
  }
}

/** The sentence that tells a seed. */
export function rerun(file: string, seed: number): string {
  return `seed=${seed}; run again: npm test -- ${file} --seed=${seed}`;
}
