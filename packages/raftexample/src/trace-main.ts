/** `npm run trace`: prints the 28 steps of one write. */
import { type SeenStep, traceOneWrite } from "./node-trace-run.ts";

function line({ step, member, atMs, term, index }: SeenStep): string {
  const at = `${atMs.toFixed(3)} ms`.padStart(11);
  const where = `${term === undefined ? "-" : term}/${index === undefined ? "-" : index}`.padEnd(8);
  return `${String(step.number).padStart(2)}  member ${member}  ${at}  ${where} ${step.point.padEnd(28)} ${step.what}`;
}

try {
  const steps = await traceOneWrite();
  process.stdout.write(
    `step  where  time since step 1  term/index  trace point, what happens\n\n${steps.map(line).join("\n")}\n\n`,
  );
  process.stdout.write(
    "Steps are places: 13, 20 and 22 come true once a follower has done 28 and its answer is back.\n",
  );
} catch (error) {
  process.stderr.write(`trace: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
