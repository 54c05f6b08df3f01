/**
 * Members for tests of the peer transport: a real server on loopback, a real transport, and a raft port that only records. Everything that a
 * test starts ends with `PeerMember.stop`, which also proves that no connection is left.
 */
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Logger } from "@quorate/base";
import type { Message } from "@quorate/proto";
import {
  createPeerServer,
  type Identity,
  type Limits,
  type Raft,
  type RafthttpError,
  requestHeaders,
  type SnapshotStore,
  type TlsOptions,
  Transport,
} from "@quorate/rafthttp";
import { until } from "./node-wait.ts";

/** The cluster that members of the lab belong to. */
export const LAB_CLUSTER_ID = 0xcdf818194e3a8c32n;

/** Intervals small enough for tests, with room for a busy machine. */
export const LAB_LIMITS: Partial<Limits> = { linkHeartbeatMs: 20, redialMs: 5, dialTimeoutMs: 2_000, probeMs: 60_000 };

/** A raft that accepts everything, or what a test lets it, and remembers. */
export class RecordingRaft implements Raft {
  readonly messages: Message[] = [];
  readonly unreachable: bigint[] = [];
  readonly snapshots: { readonly id: bigint; readonly status: "finish" | "failure" }[] = [];
  readonly removed: Set<bigint> = new Set();
  /** Called before a message is taken; throws to refuse it. */
  onProcess: (m: Message) => void = () => undefined;

  process(m: Message): void {
    this.onProcess(m);
    this.messages.push(m);
  }

  isIdRemoved(id: bigint): boolean {
    return this.removed.has(id);
  }

  reportUnreachable(id: bigint): void {
    this.unreachable.push(id);
  }

  reportSnapshot(id: bigint, status: "finish" | "failure"): void {
    this.snapshots.push({ id, status });
  }
}

export type MemberOptions = {
  readonly id: bigint;
  readonly clusterId?: bigint;
  readonly version?: string;
  /** 0, the default, for any that is free. */
  readonly port?: number;
  readonly tls?: TlsOptions;
  readonly limits?: Partial<Limits>;
  readonly snapshots?: SnapshotStore;
};

export class PeerMember {
  readonly id: bigint;
  readonly identity: Identity;
  readonly raft: RecordingRaft = new RecordingRaft();
  readonly transport: Transport;
  readonly server: http.Server;
  readonly log: string[] = [];
  readonly removals: RafthttpError[] = [];
  /** Connections that the server accepted and that are still open. */
  readonly accepted: Set<Socket> = new Set();

  private constructor(options: MemberOptions, server: http.Server, handle: { listener: http.RequestListener }) {
    const { port } = server.address() as AddressInfo;
    const url = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
    this.id = options.id;
    this.identity = {
      id: options.id,
      clusterId: options.clusterId ?? LAB_CLUSTER_ID,
      version: options.version ?? "3.5.30",
      urls: [url],
    };
    this.server = server;
    server.on("connection", (socket: Socket) => {
      this.accepted.add(socket);
      socket.on("close", () => this.accepted.delete(socket));
    });
    const { tls, snapshots } = options;
    this.transport = new Transport(
      { identity: this.identity, limits: { ...LAB_LIMITS, ...options.limits }, ...(tls === undefined ? {} : { tls }) },
      {
        raft: this.raft,
        ...(snapshots === undefined ? {} : { snapshots }),
        logger: this.#logger(),
        onRemoved: (error) => this.removals.push(error),
      },
    );
    handle.listener = (request, response) => {
      if (this.transport.handle(request, response)) return;
      response.writeHead(404);
      response.end();
    };
  }

  static async start(options: MemberOptions): Promise<PeerMember> {
    const handle: { listener: http.RequestListener } = { listener: (_request, response) => response.destroy() };
    const server = createPeerServer(options.tls, (request, response) => handle.listener(request, response));
    server.listen(options.port ?? 0, "127.0.0.1");
    await once(server, "listening");
    return new PeerMember(options, server, handle);
  }

  get url(): string {
    return this.identity.urls[0] ?? "";
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Makes `others` peers of this member. */
  join(...others: readonly PeerMember[]): void {
    for (const other of others) this.transport.addPeer(other.id, other.identity.urls);
  }

  /** Stops as a member does, and waits until every connection it had is gone. */
  async stop(): Promise<void> {
    this.transport.stop();
    const closed = this.server.listening ? once(this.server, "close") : Promise.resolve();
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    await until(() => this.accepted.size === 0, "the member's connections to close");
  }

  #logger(): Logger {
    const take =
      (level: string) =>
      (line: string): void =>
        void this.log.push(`${level}: ${line}`);
    return { debug: take("debug"), info: take("info"), warn: take("warn"), error: take("error") };
  }
}

/** Starts members 1 to `count` that know each other. */
export async function startMembers(count: number, options: Omit<MemberOptions, "id"> = {}): Promise<PeerMember[]> {
  const members: PeerMember[] = [];
  for (let id = 1; id <= count; id++) members.push(await PeerMember.start({ ...options, id: BigInt(id) }));
  for (const member of members) member.join(...members.filter((other) => other !== member));
  return members;
}

/** Headers with which the peer `from` would call `member`; `undefined` takes a header away. */
export function peerHeaders(
  member: PeerMember,
  from: bigint,
  changes: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const headers = requestHeaders({ ...member.identity, id: from, urls: ["http://127.0.0.1:1"] }, member.id);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }
  return headers;
}

export type RawAnswer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: string };

/** One request and its whole answer, on a connection of its own. */
export function requestOnce(
  url: string,
  options: http.RequestOptions,
  body: Uint8Array = new Uint8Array(0),
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { ...options, agent: false });
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.end(body);
  });
}

/** The reading end of a stream that a test dialled by hand. */
export type RawStream = {
  readonly response: http.IncomingMessage;
  readonly bytes: () => Buffer;
  readonly close: () => void;
};

/** Dials a stream of `member` as peer `from`. */
export async function openStream(member: PeerMember, kind: "msgapp" | "message", from: bigint): Promise<RawStream> {
  const request = http.request(`${member.url}/raft/stream/${kind}/${from.toString(16)}`, {
    headers: peerHeaders(member, from),
    agent: false,
  });
  request.end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`the stream was refused with ${response.statusCode}`);
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", () => undefined);
  request.on("error", () => undefined);
  return { response, bytes: () => Buffer.concat(chunks), close: () => request.destroy() };
}
