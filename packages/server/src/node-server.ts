/** One member put together: storage, raft, machine, peers, services. The only place where everything meets. */
import type { Config } from "./config/config.ts";
import type { StructuredLogger } from "./log/logger.ts";

export type ServerDeps = { readonly logger: StructuredLogger };

/** How a member came to its end. */
export type ServerEnd =
  | { readonly kind: "stopped" }
  /** The cluster removed it: it must not be started again. */
  | { readonly kind: "removed" }
  | { readonly kind: "failed"; readonly error: unknown };

export type RunningServer = {
  readonly ended: Promise<ServerEnd>;
  /** Moves leadership, drains and stops; `ended` tells when it is done. Safe to call again. */
  readonly stop: () => void;
};

/** Starts a member. Rejects with one sentence where it cannot start; then nothing was written that was not there. */
export async function startServer(_config: Config, _deps: ServerDeps): Promise<RunningServer> {
  throw new Error("not built yet");
}
