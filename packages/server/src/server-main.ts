/** `bin/quorate`: reads the configuration, runs one member, stops on a signal, and says in one line why it cannot. */
import { messageOf } from "@quorate/base";
import { createConfigHost } from "./config/node-config-host.ts";
import { readConfig } from "./config/read-config.ts";
import { type NodeLog, openLog } from "./log/node-log.ts";
import { failOnUncaught, type ProcessHost, runToEnd } from "./node-run.ts";
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
  const host: ProcessHost = { log, exit: (code) => process.exit(code) };
  failOnUncaught(host);
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
  await runToEnd(server, host);
}

/** A refusal before the log is open: on standard error, in the form that lines will have. */
function logRefusal(message: string): void {
  const log = openLog({ level: "info", format: "json", outputs: ["stderr"] });
  log.logger.from(CALLER).error("failed to verify flags", { error: message });
  log.close();
}

await main();
