/** Short requests to other members' peer ports, bounded in size and time. It never retries: the caller knows what a failure means. */
import * as http from "node:http";
import * as https from "node:https";
import { secureContextOf, type TlsOptions } from "@quorate/rafthttp";

/** The largest answer that is read: a list of members, a lease with its keys. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export type PeerRequest = {
  readonly method: "GET" | "POST";
  /** A peer URL of the member. */
  readonly url: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
};

export type PeerReply = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Uint8Array;
};

export class PeerClient {
  readonly #tls: TlsOptions | undefined;
  readonly #httpAgent = new http.Agent({ keepAlive: true });
  readonly #httpsAgent: https.Agent;

  constructor(tls: TlsOptions | undefined) {
    this.#tls = tls;
    this.#httpsAgent = new https.Agent({
      keepAlive: true,
      ...(tls === undefined ? {} : secureContextOf(tls)),
    });
  }

  /** The answer, or undefined where none came in time. */
  ask(request: PeerRequest): Promise<PeerReply | undefined> {
    return new Promise((resolve) => {
      const { method, headers = {}, body, timeoutMs } = request;
      const url = new URL(request.path, request.url);
      const isSecure = url.protocol === "https:";
      if (isSecure && this.#tls === undefined) return resolve(undefined);
      const options = { method, headers, agent: isSecure ? this.#httpsAgent : this.#httpAgent };
      const outgoing = isSecure ? https.request(url, options) : http.request(url, options);
      const timer = setTimeout(() => outgoing.destroy(), timeoutMs);
      const end = (reply: PeerReply | undefined): void => {
        clearTimeout(timer);
        resolve(reply);
      };
      outgoing.on("error", () => end(undefined));
      outgoing.on("close", () => end(undefined));
      outgoing.on("response", (incoming) => collect(incoming, end));
      outgoing.end(body);
    });
  }

  close(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }
}

function collect(incoming: http.IncomingMessage, end: (reply: PeerReply | undefined) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) incoming.destroy();
    else chunks.push(chunk);
  });
  incoming.on("error", () => end(undefined));
  incoming.on("end", () => {
    const body = new Uint8Array(Buffer.concat(chunks));
    end({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
  });
}
