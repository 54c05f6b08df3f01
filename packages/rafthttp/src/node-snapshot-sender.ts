/**
 * A snapshot by POST /raft/snapshot: the message, then the bytes of the backend that belongs to it. etcd's snapshotSender.
 *
 *   | length u64 | raftpb.Message (MsgSnap) | backend bytes ... to the end of the body |
 */
import type { Message } from "@quorate/proto";
import { type Identity, requestHeaders } from "./headers.ts";
import { appendMessage } from "./message-codec.ts";
import { checkPostAnswer, type Dialer, exchange } from "./node-request.ts";
import type { PeerStats } from "./options.ts";
import { OutputBuffer } from "./output-buffer.ts";
import type { UrlPicker } from "./peer-state.ts";

export const SNAPSHOT_PATH = "/raft/snapshot";

/** A receiver saves and applies before it answers; etcd waits without a limit, we wait this long. */
const ANSWER_WITHIN_MS = 5 * 60_000;

export type SnapshotSenderDeps = {
  readonly identity: Identity;
  readonly picker: UrlPicker;
  readonly dialer: Dialer;
  readonly stats: PeerStats;
};

/** Sends one snapshot; resolves once the peer has taken it. @throws RafthttpError. */
export async function sendSnapshot(
  deps: SnapshotSenderDeps,
  m: Message,
  backend: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { identity, picker, dialer, stats } = deps;
  const url = picker.pick();
  const headers = { ...requestHeaders(identity), "Content-Type": "application/octet-stream" };
  try {
    const request = {
      method: "POST" as const,
      url: url + SNAPSHOT_PATH,
      headers,
      body: counted(bodyOf(m, backend), stats),
      deadlineMs: ANSWER_WITHIN_MS,
    };
    checkPostAnswer(await exchange(dialer, request), url);
  } catch (error) {
    stats.failures++;
    stats.sendFailures++;
    picker.unreachable(url);
    throw error;
  }
}

async function* bodyOf(m: Message, backend: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const out = new OutputBuffer();
  appendMessage(out, m);
  yield out.take();
  yield* backend;
}

async function* counted(chunks: AsyncIterable<Uint8Array>, stats: PeerStats): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    stats.sentBytes += chunk.length;
    yield chunk;
  }
}

/** The backend of a snapshot whose data is all in the message. */
export async function* noBackend(): AsyncGenerator<Uint8Array> {}
