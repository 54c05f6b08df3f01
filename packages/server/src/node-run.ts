/** A running member and its process: signals, errors that nobody caught, and the exit code in the end. */
import { messageOf } from "@quorate/base";
import type { NodeLog } from "./log/node-log.ts";
import type { RunningServer } from "./node-server.ts";

const EXIT_FAILED = 1;
const CALLER = "server/node-run.ts";

/** The process around a member: its log, and its end, which is the main file's to bring about. */
export type ProcessHost = { readonly log: NodeLog; readonly exit: (code: number) => never };

/** As Go prints them. */
const SIGNAL_WORDS = { SIGINT: "interrupt", SIGTERM: "terminated" } as const;

/**
 * Waits for the member's end and ends the process: 1 where it failed, 0 where it was removed, and where a signal asked for it, by
 * that signal, so that a supervisor sees 128 + its number.
 */
export async function runToEnd(server: RunningServer, host: ProcessHost): Promise<void> {
  const { log, exit } = host;
  const logger = log.logger.from(CALLER);
  const receivedSignal = stopOnSignals(server, host);
  const end = await server.ended;
  if (end.kind === "failed") {
    logger.fatal("the member failed and stops", { error: messageOf(end.error) });
    return exit(EXIT_FAILED);
  }
  if (end.kind === "removed") logger.warn("this member was removed from the cluster; it must not be started again");
  log.close();
  const signal = receivedSignal();
  if (signal === undefined) exit(0);
  else raise(signal, exit);
}

/** An error that nobody caught leaves a state that nobody knows: the process ends, the log on disk rebuilds it. */
export function failOnUncaught({ log: { logger }, exit }: ProcessHost): void {
  process.on("uncaughtException", (error, origin) => {
    const stacktrace = error instanceof Error ? (error.stack ?? "") : "";
    logger.from(CALLER).fatal("uncaught error; the process ends", { origin, error: messageOf(error), stacktrace });
    exit(EXIT_FAILED);
  });
}

/** The first signal stops gracefully, a second one at once. The returned function tells which one came first. */
function stopOnSignals(server: RunningServer, { log, exit }: ProcessHost): () => NodeJS.Signals | undefined {
  let received: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (received !== undefined) {
        log.flush();
        raise(signal, exit);
        return;
      }
      received = signal;
      log.logger.from(CALLER).info("received signal; shutting down", { signal: SIGNAL_WORDS[signal] });
      server.stop();
    });
  }
  return () => received;
}

/** Ends by the signal itself. The first process of a container cannot, the kernel drops it: it exits with 0, as etcd does. */
function raise(signal: NodeJS.Signals, exit: ProcessHost["exit"]): void {
  if (process.pid === 1) exit(0);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
