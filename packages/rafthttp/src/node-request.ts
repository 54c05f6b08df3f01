/** Requests to peers: one place that knows about agents, certificates, deadlines, and what an answer's status means. */
import * as http from "node:http";
import * as https from "node:https";
import type { SecureContextOptions } from "node:tls";
import { RafthttpError } from "./errors.ts";
import type { TlsOptions } from "./options.ts";

/** Bytes of an error body that are worth reading. */
const MAX_ERROR_BODY_BYTES = 1024;

/** Opens requests to peers, over HTTP/1.1 only, on connections that are reused for short requests. */
export type Dialer = {
  /** The agent for short requests, or a fresh connection for a stream. */
  readonly open: (url: string, options: http.RequestOptions, own: boolean) => http.ClientRequest;
  readonly close: () => void;
};

/** What both ends of a connection between peers say in a handshake. */
export function secureContextOf({
  cert,
  key,
  ca,
  minVersion,
  maxVersion,
  ciphers,
}: TlsOptions): SecureContextOptions & {
  readonly ALPNProtocols: string[];
} {
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ALPNProtocols: ["http/1.1"],
  };
}

/** @param dialTimeoutMs a connection that is not up by then is given up. */
export function createDialer(tls: TlsOptions | undefined, dialTimeoutMs: number): Dialer {
  const certificates = tls === undefined ? {} : secureContextOf(tls);
  const httpAgent = new http.Agent({ keepAlive: true, noDelay: true });
  const httpsAgent = new https.Agent({ keepAlive: true, noDelay: true, ...certificates });
  return {
    open: (url, options, own) => {
      const isSecure = url.startsWith("https:");
      const request = isSecure
        ? https.request(url, { ...certificates, ...options, agent: own ? false : httpsAgent })
        : http.request(url, { ...options, agent: own ? false : httpAgent });
      limitDial(request, isSecure ? "secureConnect" : "connect", dialTimeoutMs);
      return request;
    },
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** Node's own timeout starts once a connection is up: this one covers a host that never answers. */
function limitDial(request: http.ClientRequest, connected: "connect" | "secureConnect", dialTimeoutMs: number): void {
  request.on("socket", (socket) => {
    if (!socket.connecting) return;
    const giveUp = setTimeout(() => request.destroy(new Error("no connection in time")), dialTimeoutMs).unref();
    socket.once(connected, () => clearTimeout(giveUp));
    socket.once("close", () => clearTimeout(giveUp));
  });
}

export type Answer = { readonly status: number; readonly body: string };

/** One short request with its whole answer. `deadlineMs` bounds the wait for the answer. @throws RafthttpError `Unreachable`. */
export function exchange(
  dialer: Dialer,
  request: {
    readonly method: "GET" | "POST";
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
    readonly deadlineMs: number;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, url, headers, body, deadlineMs } = request;
    const failed = (cause: unknown): void =>
      reject(new RafthttpError("Unreachable", `${method} ${url} failed: ${String(cause)}`, cause));
    const outgoing = dialer.open(url, { method, headers }, false);
    outgoing.setTimeout(deadlineMs, () => outgoing.destroy(new Error("no answer in time")));
    outgoing.on("error", failed);
    // The last word where no other event tells, as after a switch of protocols that nobody asked for.
    outgoing.on("close", () => failed(new Error("the connection ended without an answer")));
    outgoing.on("response", (incoming) => {
      incoming.on("error", failed);
      collectText(incoming, (text) => {
        resolve({ status: incoming.statusCode ?? 0, body: text });
        // An answer that came early is a refusal: nobody wants the rest of the body.
        if (!outgoing.writableEnded) outgoing.destroy();
      });
    });
    if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
    else writeAll(outgoing, body).catch((error: unknown) => outgoing.destroy(error as Error));
  });
}

async function writeAll(outgoing: http.ClientRequest, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves once there is room again, or nobody takes any more. */
function drained(outgoing: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}

/** Reads a body up to what is worth keeping. */
export function collectText(incoming: http.IncomingMessage, done: (text: string) => void): void {
  let text = "";
  incoming.on("data", (chunk: Buffer) => {
    if (text.length < MAX_ERROR_BODY_BYTES) text += chunk.toString("latin1");
  });
  incoming.on("end", () => done(text));
}

/** What a POST's answer means: nothing if it was taken. @throws RafthttpError `MemberRemoved`, `Refused`. */
export function checkPostAnswer({ status, body }: Answer, url: string): void {
  if (status === 204) return;
  if (status === 403)
    throw new RafthttpError("MemberRemoved", "the member has been permanently removed from the cluster");
  throw new RafthttpError("Refused", `${url} answered ${status}: ${body.trim()}`);
}
