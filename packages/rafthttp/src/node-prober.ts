/** Asks a peer for its time every few seconds: round trip and clock drift, for logs and metrics only. */
import { type Logger, messageOf } from "@quorate/base";
import { type Dialer, exchange } from "./node-request.ts";
import type { Limits, PeerStats } from "./options.ts";
import type { UrlPicker } from "./peer-state.ts";

export const PROBING_PATH = "/raft/probing";

/** A peer's clock that is off by more is worth a warning. */
const MAX_DRIFT_MS = 1_000;
const MS = 1_000;

export type ProberDeps = {
  readonly peerName: string;
  readonly picker: UrlPicker;
  readonly dialer: Dialer;
  readonly limits: Limits;
  readonly stats: PeerStats;
  readonly onRoundTrip: (seconds: number) => void;
  readonly logger: Logger;
};

export class Prober {
  readonly #deps: ProberDeps;
  readonly #timer: NodeJS.Timeout;

  constructor(deps: ProberDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#probe(), deps.limits.probeMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #probe(): void {
    const { picker, dialer, limits, logger, peerName } = this.#deps;
    const startedAt = performance.now();
    const request = {
      method: "GET" as const,
      url: picker.pick() + PROBING_PATH,
      headers: {},
      deadlineMs: limits.probeMs,
    };
    exchange(dialer, request).then(
      ({ status, body }) => {
        if (status === 200) this.#take(body, performance.now() - startedAt);
      },
      (error: unknown) => logger.debug(`probing peer ${peerName} failed: ${messageOf(error)}`),
    );
  }

  #take(body: string, roundTripMs: number): void {
    const { stats, logger, peerName, onRoundTrip } = this.#deps;
    stats.roundTripMs = roundTripMs;
    onRoundTrip(roundTripMs / MS);
    const driftMs = Date.now() - timeOf(body) - roundTripMs / 2;
    if (Math.abs(driftMs) > MAX_DRIFT_MS)
      logger.warn(`the clock of peer ${peerName} differs by ${Math.round(driftMs)} ms`);
  }
}

/** The body that answers a probe. etcd prints nanoseconds; ours ends in zeros. */
export function probingBody(now: Date): string {
  return `${JSON.stringify({ OK: true, Now: now.toISOString() })}\n`;
}

/** The time a probe's body names; NaN, which compares as no drift, for anything else. */
function timeOf(body: string): number {
  const match = /"Now":"([^"]+)"/.exec(body);
  return match === null ? Number.NaN : Date.parse(match[1] ?? "");
}
