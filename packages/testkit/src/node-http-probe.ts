/** What tests of processes need to look at them from outside: one HTTP request, a free port, a condition with a deadline. */
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { createServer } from "node:net";

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export type RequestOptions = {
  readonly body?: string | Uint8Array;
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
  /** No answer by then is a failure. */
  readonly timeoutMs?: number;
};

const DEFAULT_TIMEOUT_MS = 15_000;
const POLL_MS = 15;

/** One request to a port of loopback. Rejects if the connection fails or no answer comes in time. */
export function request(port: number, method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { agent = false, headers = {}, body = "" } = options;
    const outgoing = httpRequest({ host: "127.0.0.1", port, method, path, agent, headers }, (response) => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        });
      });
    });
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`${method} ${path}: no answer in time`)),
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    outgoing.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end(body);
  });
}

/** Polls until `probe` has a value. Rejects with the sentence `what` after `withinMs`. */
export async function waitUntil<T>(
  what: string,
  withinMs: number,
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}

/** First and last candidate, below the range from which the kernel takes the local ports of outgoing connections. */
const FIRST_PORT = 15_000;
const PORTS = 17_000;
let lastPort = (process.pid * 97) % PORTS;

/**
 * A port of loopback that nobody listens on. It must stay free while a member is down, so it is not one that the kernel gives to
 * outgoing connections.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    lastPort = (lastPort + 1) % PORTS;
    const port = FIRST_PORT + lastPort;
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}
