/** `bin/quorate`: reads the configuration, runs one member, stops on a signal, and says in one line why it cannot. */
import { messageOf } from "@quorate/base";
import { createConfigHost } from "./config/node-config-host.ts";
import { readConfig } from "./config/read-config.ts";
import { type NodeLog, openLog } from "./log/node-log.ts";
import { type RunningServer, startServer } from "./node-server.ts";

/** Of the package; a test compares. */
const VERSION = "0.1.0";

const EXIT_FAILED = 1;
const CALLER = "server/server-main.ts";

async function main(): Promise<void> {
  const reading = readConfig(process.argv.slice(2), process.env, createConfigHost(VERSION));
  if (reading.kind === "print") {
    process.stdout.write(reading.text);
    return;
  }
  if (reading.kind === "refuse") {
    process.exitCode = reading.exitCode;
    // What Go's flag package says is plain text; all else is a log line, as with etcd.
    if (reading.exitCode === 2) process.stderr.write(`${reading.message}\n`);
    else logRefusal(reading.message);
    return;
  }
  const { config, warnings } = reading;
  let log: NodeLog;
  try {
    log = openLog(config.log);
  } catch (error) {
    process.exitCode = EXIT_FAILED;
    logRefusal(messageOf(error));
    return;
  }
  const logger = log.logger.from(CALLER);
  failOnUncaught(log);
  // A listener keeps Node from opening its inspector for anyone who may send signals.
  process.on("SIGUSR1", () => {});
  for (const { level, line, fields } of warnings) logger[level](line, fields);
  logger.info("Running: ", { args: process.argv.slice(1) });
  let server: RunningServer;
  try {
    server = await startServer(config, { logger: log.logger });
  } catch (error) {
    logger.fatal("failed to start quorate", { error: messageOf(error) });
    process.exit(EXIT_FAILED);
  }
  const signal = stopOnSignals(server, log);
  const end = await server.ended;
  if (end.kind === "failed") {
    logger.fatal("the member failed and stops", { error: messageOf(end.error) });
    process.exit(EXIT_FAILED);
  }
  if (end.kind === "removed") logger.warn("this member was removed from the cluster; it must not be started again");
  log.close();
  const received = signal();
  if (received === undefined) process.exit(0);
  raise(received);
}

/** A refusal before the log is open: on standard error, in the form that lines will have. */
function logRefusal(message: string): void {
  const log = openLog({ level: "info", format: "json", outputs: ["stderr"] });
  log.logger.from(CALLER).error("failed to verify flags", { error: message });
  log.close();
}

/** An error that nobody caught leaves a state that nobody knows: the process ends, the log on disk rebuilds it. */
function failOnUncaught({ logger }: NodeLog): void {
  process.on("uncaughtException", (error, origin) => {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    logger
      .from(CALLER)
      .fatal("uncaught error; the process ends", { origin, error: messageOf(error), stacktrace: stack });
    process.exit(EXIT_FAILED);
  });
}

/** The first signal stops gracefully, a second one at once. The returned function tells which one came. */
function stopOnSignals(server: RunningServer, log: NodeLog): () => NodeJS.Signals | undefined {
  let received: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (received !== undefined) {
        log.flush();
        raise(signal);
        return;
      }
      received = signal;
      log.logger.from(CALLER).info("received signal; shutting down", { signal: SIGNAL_WORDS[signal] });
      server.stop();
    });
  }
  return () => received;
}

/** As Go prints them. */
const SIGNAL_WORDS = { SIGINT: "interrupt", SIGTERM: "terminated" } as const;

/** Ends by the signal itself, so that a supervisor sees 128 + its number. The first process of a container cannot: it exits with 0. */
function raise(signal: NodeJS.Signals): void {
  if (process.pid === 1) process.exit(0);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

await main();
