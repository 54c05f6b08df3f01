/** One member of the example service, as a process: read the flags, run, stop on a signal, say why in one line. */
import { messageOf } from "@quorate/base";
import { createStderrLogger } from "./node-logger.ts";
import { type Member, startMember } from "./node-member.ts";
import { createTracePoints } from "./node-trace-channel.ts";
import { parseOptions, USAGE } from "./options.ts";

/** Exit codes: 0 stopped or removed, 1 failed, 2 bad flags. */
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const options = parseOptions(args);
  if ("problem" in options) {
    process.stderr.write(`raftexample: ${options.problem}\n${USAGE}\n`);
    return EXIT_USAGE;
  }
  const logger = createStderrLogger(`member ${options.id}`);
  let member: Member;
  try {
    member = await startMember(options, { logger, trace: createTracePoints() });
  } catch (error) {
    process.stderr.write(`raftexample: ${messageOf(error)}\n`);
    return EXIT_FAILED;
  }
  stopOnSignals(member);
  const end = await member.ended;
  if (end.kind === "failed") {
    process.stderr.write(`raftexample: ${messageOf(end.error)}\n`);
    return EXIT_FAILED;
  }
  if (end.kind === "removed") {
    process.stderr.write(
      `raftexample: member ${options.id} was removed from the cluster; it stops and must not be started again\n`,
    );
  }
  return 0;
}

/** The first signal stops gracefully, the second at once. */
function stopOnSignals(member: Member): void {
  let asked = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (asked) process.exit(EXIT_FAILED);
      asked = true;
      member.stop();
    });
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`raftexample: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(EXIT_FAILED);
  },
);
