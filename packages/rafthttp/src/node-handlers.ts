/**
 * The peer paths of the HTTP server: who may open a stream, post a message or a snapshot, and with which status others are turned away.
 * Checks come in etcd's order.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { idFromHex, idToHex, type Logger, messageOf } from "@quorate/base";
import { type Message, MessageType } from "@quorate/proto";
import { ByteQueue } from "./byte-queue.ts";
import { RafthttpError } from "./errors.ts";
import { checkRequest, Header, type Identity, one, remoteOf } from "./headers.ts";
import { checkLength, parseMessage } from "./message-codec.ts";
import { type Peer, STREAM_PATH, type StreamKind } from "./node-peer.ts";
import { PIPELINE_PATH } from "./node-pipeline.ts";
import { PROBING_PATH, probingBody } from "./node-prober.ts";
import { SNAPSHOT_PATH } from "./node-snapshot-sender.ts";
import type { Limits, PeerObserver, Raft, SnapshotSink, SnapshotStore } from "./options.ts";

const MS = 1_000;

export type HandlerDeps = {
  readonly identity: Identity;
  readonly limits: Limits;
  readonly raft: Raft;
  readonly snapshots: SnapshotStore | undefined;
  readonly logger: Logger;
  readonly observer: PeerObserver;
  readonly findPeer: (id: bigint) => Peer | undefined;
  readonly addRemote: (id: bigint, urls: readonly string[]) => void;
  /** Hands a message that came by POST to raft. Throws to refuse it. */
  readonly process: (m: Message) => void;
};

/** Answers a request to one of the peer paths; false for any other path, which is left alone. */
export function handlePeerRequest(deps: HandlerDeps, request: IncomingMessage, response: ServerResponse): boolean {
  const path = (request.url ?? "").split("?")[0] ?? "";
  response.on("error", () => response.destroy());
  request.on("error", () => request.destroy());
  if (path === PROBING_PATH) {
    refuse(response, 200, probingBody(new Date()));
  } else if (path === PIPELINE_PATH) {
    if (admit(deps, "POST", request, response)) handlePipeline(deps, request, response).catch(failed(deps, response));
  } else if (path === SNAPSHOT_PATH) {
    if (admit(deps, "POST", request, response)) receiveSnapshot(deps, request, response).catch(failed(deps, response));
  } else if (path === STREAM_PATH || path.startsWith(`${STREAM_PATH}/`)) {
    if (admit(deps, "GET", request, response)) handleStream(deps, path, request, response);
  } else {
    return false;
  }
  return true;
}

/** The checks that all raft paths share. */
function admit(deps: HandlerDeps, method: string, request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader(Header.ClusterId, idToHex(deps.identity.clusterId));
  // A stream's dialer takes an answer without a version for an ancient one.
  if (method === "GET") response.setHeader(Header.ServerVersion, deps.identity.version);
  if (request.method !== method) {
    response.setHeader("Allow", method);
    refuse(response, 405, "Method Not Allowed\n");
    return false;
  }
  const refusal = checkRequest(deps.identity, request.headers);
  if (refusal !== undefined) {
    refuse(response, refusal.status, refusal.body);
    return false;
  }
  const remote = remoteOf(request.headers);
  if (method === "POST" && remote !== undefined) deps.addRemote(remote.id, remote.urls);
  return true;
}

function handleStream(deps: HandlerDeps, path: string, request: IncomingMessage, response: ServerResponse): void {
  const match = /^\/raft\/stream\/(msgapp|message)\/([^/]+)$/.exec(path);
  if (match === null) return refuse(response, 404, "invalid path\n");
  const from = idFromHex(match[2] ?? "");
  if (from === undefined) return refuse(response, 404, "invalid from\n");
  if (deps.raft.isIdRemoved(from)) return refuse(response, 410, "removed member\n");
  const peer = deps.findPeer(from);
  if (peer === undefined) {
    // It may be a member that joined before this one has learnt of it: remember how to answer it.
    const remote = remoteOf(request.headers);
    if (remote?.id === from) deps.addRemote(from, remote.urls);
    return refuse(response, 404, "error sender not found\n");
  }
  if (idFromHex(one(request.headers, Header.RaftTo) ?? "") !== deps.identity.id) {
    return refuse(response, 412, "to field mismatch\n");
  }
  response.socket?.setNoDelay(true);
  response.writeHead(200);
  response.flushHeaders();
  peer.attachStream(match[1] as StreamKind, response);
}

async function handlePipeline(deps: HandlerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { maxMessageBytes } = deps.limits;
  const refuseSize = (): void => refuseEarly(deps, request, response, 400, "error reading raft message\n");
  if (Number(request.headers["content-length"] ?? 0) > maxMessageBytes) return refuseSize();
  const queue = new ByteQueue();
  for await (const chunk of chunksOf(request)) {
    queue.push(chunk);
    if (queue.length > maxMessageBytes) return refuseSize();
  }
  let m: Message;
  try {
    m = parseMessage(queue.take(queue.length));
  } catch {
    return refuse(response, 400, "error unmarshalling raft message\n");
  }
  if (!process(deps, m, response)) return;
  response.writeHead(204);
  response.end();
}

/** A body in pieces. Unlike the stream itself it can be left in the middle without loss of the connection, and so of the answer. */
function chunksOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false });
}

/**
 * Hands a message to raft. On refusal etcd means to answer 403, but what goes over the wire is a 500 and a closed connection: a peer must be
 * able to live with either, and gets the latter.
 */
function process(deps: HandlerDeps, m: Message, response: ServerResponse): boolean {
  try {
    deps.process(m);
    return true;
  } catch (error) {
    deps.logger.warn(`refused a message from ${idToHex(m.from)}: ${messageOf(error)}`);
    response.shouldKeepAlive = false;
    refuse(response, 500, "error processing raft message\n");
    return false;
  }
}

async function receiveSnapshot(deps: HandlerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { observer, findPeer } = deps;
  const from = idFromHex(one(request.headers, Header.ServerFrom) ?? "");
  // What strangers say of themselves is not counted: it would make as many series as they like.
  if (from === undefined || findPeer(from) === undefined) {
    await handleSnapshot(deps, request, response);
    return;
  }
  const startedMs = performance.now();
  observer.snapshotStarted(from, "receive");
  let isWhole = false;
  try {
    isWhole = await handleSnapshot(deps, request, response);
  } finally {
    observer.snapshotEnded(from, "receive", isWhole, (performance.now() - startedMs) / MS);
  }
}

/** Takes the message, then streams the bytes behind it into the snapshot store, then steps the message. True if all went well. */
async function handleSnapshot(deps: HandlerDeps, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const body = new SnapshotBody(deps.limits.maxSnapshotMessageBytes);
  let sink: SnapshotSink | undefined;
  try {
    for await (const chunk of chunksOf(request)) {
      for (const bytes of body.push(chunk)) {
        if (bytes.length === 0) continue;
        if (deps.snapshots === undefined)
          throw new RafthttpError("Refused", "this member takes no backend with a snapshot");
        sink ??= await deps.snapshots.openSink(body.message?.snapshot?.metadata.index ?? 0);
        await sink.write(bytes);
      }
    }
    if (body.message === undefined) throw new RafthttpError("Malformed", "the snapshot's message is cut short");
    await sink?.commit();
  } catch (error) {
    await sink?.abort();
    const isBadRequest = error instanceof RafthttpError && error.code !== "Refused";
    deps.logger.warn(`receiving a snapshot failed: ${messageOf(error)}`);
    refuseEarly(
      deps,
      request,
      response,
      isBadRequest ? 400 : 500,
      isBadRequest ? "error reading raft message\n" : "error saving snapshot\n",
    );
    return false;
  }
  if (!process(deps, body.message, response)) return false;
  response.writeHead(204);
  response.end();
  return true;
}

/** Cuts a snapshot body into its message and the rest. */
class SnapshotBody {
  message: Message | undefined;
  readonly #limit: number;
  readonly #queue = new ByteQueue();
  #length: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of the backend that are known by now. @throws RafthttpError for a message that is none, or no MsgSnap. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.message !== undefined) return [chunk];
    this.#queue.push(chunk);
    if (this.#length === undefined && this.#queue.length >= 8)
      this.#length = checkLength(this.#queue.takeUint64(), this.#limit);
    if (this.#length === undefined || this.#queue.length < this.#length) return [];
    this.message = parseMessage(this.#queue.take(this.#length));
    if (this.message.type !== MessageType.MsgSnap) throw new RafthttpError("Malformed", "the message is no snapshot");
    return [this.#queue.take(this.#queue.length)];
  }
}

function refuse(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

/**
 * Refuses a request whose body may still be coming. The rest is thrown away for as long as a reader may be silent: a connection that is
 * closed with unread bytes is reset, which takes the answer with it.
 */
function refuseEarly(
  deps: HandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
): void {
  refuse(response, status, body);
  if (request.complete || request.destroyed) return;
  request.resume();
  const giveUp = setTimeout(() => request.destroy(), deps.limits.readTimeoutMs).unref();
  request.on("close", () => clearTimeout(giveUp));
}

function failed(deps: HandlerDeps, response: ServerResponse): (error: unknown) => void {
  return (error) => {
    deps.logger.debug(`a peer request ended early: ${messageOf(error)}`);
    response.destroy();
  };
}
