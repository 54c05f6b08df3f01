/**
 * The reading end of one stream from one peer (step 26 of the path of a write): dials the peer, decodes what it writes, dials again when the
 * connection ends or stays silent. Each dial starts a new decoder.
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import { messageOf } from "@quorate/base";
import type { Message } from "@quorate/proto";
import { RafthttpError } from "./errors.ts";
import { Header, type Identity, isCompatible, MIN_CLUSTER_VERSION, one, requestHeaders } from "./headers.ts";
import type { StreamDecoder } from "./message-codec.ts";
import { collectText, type Dialer } from "./node-request.ts";
import type { Limits, PeerStats } from "./options.ts";
import type { UrlPicker } from "./peer-state.ts";

export type StreamReaderDeps = {
  readonly identity: Identity;
  readonly peerId: bigint;
  /** `/raft/stream/msgapp` or `/raft/stream/message`. */
  readonly path: string;
  readonly limits: Limits;
  readonly stats: PeerStats;
  readonly picker: UrlPicker;
  readonly dialer: Dialer;
  readonly createDecoder: () => StreamDecoder;
  readonly deliver: (messages: readonly Message[]) => void;
  readonly onConnected: () => void;
  readonly onFailed: (error: unknown) => void;
  readonly onRemoved: (error: RafthttpError) => void;
};

export class StreamReader {
  readonly #deps: StreamReaderDeps;
  readonly #stop = new AbortController();
  #redial: NodeJS.Timeout | undefined;
  #lastDialAt = Number.NEGATIVE_INFINITY;
  #connection: IncomingMessage | undefined;
  /** Ends the dial or the connection of the moment; undefined between two dials. */
  #drop: ((error: Error) => void) | undefined;

  constructor(deps: StreamReaderDeps) {
    this.#deps = deps;
    this.#dial();
  }

  /** Drops the connection, or the dial that is under way, so that the next dial may go to another URL. */
  reconnect(): void {
    this.#drop?.(new Error("the peer has new URLs"));
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#redial);
    this.#connection?.destroy();
  }

  #dial(): void {
    const { identity, peerId, path, limits, picker, dialer } = this.#deps;
    this.#lastDialAt = performance.now();
    const url = picker.pick();
    const options = { method: "GET", headers: requestHeaders(identity, peerId), signal: this.#stop.signal };
    let request: ClientRequest;
    try {
      request = dialer.open(`${url}${path}/${identity.id.toString(16)}`, options, true);
    } catch (error) {
      // A member's URL is what somebody typed: one that is none must not end the process.
      this.#ended(url, error);
      return;
    }
    let ended = false;
    const end = (error: unknown): void => {
      if (ended) return;
      ended = true;
      request.destroy();
      this.#ended(url, error);
    };
    this.#drop = end;
    request.setTimeout(limits.dialTimeoutMs);
    request.on("timeout", () => {
      const isConnected = this.#connection !== undefined;
      end(new Error(isConnected ? "nothing was heard for too long" : "no answer in time"));
    });
    request.on("error", end);
    // The last word where no other event tells, as after a switch of protocols that nobody asked for.
    request.on("close", () => {
      const isConnected = this.#connection !== undefined;
      end(new Error(isConnected ? "the peer closed the stream" : "the connection ended without an answer"));
    });
    request.on("response", (response) => {
      response.on("error", end);
      if (response.statusCode !== 200) {
        collectText(response, (text) => end(this.#refusal(response.statusCode ?? 0, text)));
        return;
      }
      this.#attach(response, end);
    });
    request.end();
  }

  /** What an answer other than 200 means. */
  #refusal(status: number, body: string): RafthttpError {
    if (status !== 410)
      return new RafthttpError("Refused", `the peer refused the stream with ${status}: ${body.trim()}`);
    return new RafthttpError("MemberRemoved", "the member has been permanently removed from the cluster");
  }

  /** decodeLoop: from here on every chunk goes through the decoder. */
  #attach(response: IncomingMessage, end: (error: unknown) => void): void {
    const { identity, limits, stats, createDecoder, deliver, onConnected } = this.#deps;
    const version = one(response.headers, Header.ServerVersion) ?? "2.0.0";
    if (!isCompatible(identity.version, version, MIN_CLUSTER_VERSION)) {
      end(new RafthttpError("Refused", `the peer's version ${version} has no such stream`));
      return;
    }
    this.#connection = response;
    response.socket.setNoDelay(true);
    response.socket.setTimeout(limits.readTimeoutMs);
    const decoder = createDecoder();
    response.on("data", (chunk: Uint8Array) => {
      stats.receivedBytes += chunk.length;
      try {
        deliver(decoder.push(chunk));
      } catch (error) {
        end(error);
      }
    });
    onConnected();
  }

  /** Dials again, no sooner than `redialMs` after the last time. */
  #ended(url: string, error: unknown): void {
    this.#connection = undefined;
    this.#drop = undefined;
    if (this.#stop.signal.aborted) return;
    const { picker, limits, onFailed, onRemoved, stats } = this.#deps;
    stats.failures++;
    stats.receiveFailures++;
    picker.unreachable(url);
    if (error instanceof RafthttpError && error.code === "MemberRemoved") {
      onRemoved(error);
      return;
    }
    onFailed(messageOf(error));
    const wait = Math.max(0, this.#lastDialAt + limits.redialMs - performance.now());
    this.#redial = setTimeout(() => this.#dial(), wait).unref();
  }
}
