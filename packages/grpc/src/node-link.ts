/**
 * Ties a connection to its socket: chunks in, one write a turn out, and the pressure of a slow socket back to both. Owns the socket from the
 * moment it is made; decides nothing about HTTP/2.
 */
import type { Socket } from "node:net";
import type { CloseReason, Connection } from "./http2/connection.ts";
import { ErrorCode } from "./http2/frame.ts";
import type { Limits } from "./http2/limits.ts";
import type { Flushable, Turn } from "./node-turn.ts";

export type LinkOptions = {
  readonly limits: Limits;
  /** The connection ended; nothing of it is used any more. Called once. */
  readonly onClosed: (reason: CloseReason) => void;
};

/** A socket that the peer does not close after our last word is destroyed so much later. */
const LINGER_MS = 1_000;

export class Link<C, H> implements Flushable {
  readonly socket: Socket;
  readonly #turn: Turn;
  readonly #options: LinkOptions;
  #connection: Connection<C, H> | undefined;
  #isScheduled = false;
  #isEnded = false;
  #isClosed = false;
  /** Octets that the kernel did not take, when time last passed, and since when there are no fewer. */
  #unsent = 0;
  #unsentSinceMs = 0;
  #linger: NodeJS.Timeout | undefined;

  constructor(socket: Socket, turn: Turn, options: LinkOptions) {
    this.socket = socket;
    this.#turn = turn;
    this.#options = options;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#lost("the other end closed the connection"));
    socket.on("error", (error) => this.#lost(error.message));
    socket.on("close", () => this.#onClose());
  }

  /** The connection that this link serves; given once, right after both were made. */
  start(connection: Connection<C, H>): void {
    this.#connection = connection;
    this.schedule();
  }

  /** Flushes at the end of the turn. */
  readonly schedule = (): void => {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turn.schedule(this);
  };

  receive(chunk: Uint8Array): void {
    // A plain view: slices of a Buffer cost more.
    this.#connection?.receive(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.schedule();
  }

  flush(): void {
    this.#isScheduled = false;
    const { socket } = this;
    const connection = this.#connection;
    if (connection === undefined || socket.destroyed) return;
    const hasMore = connection.flush();
    const { out } = connection.sender;
    if (out.length > 0 && !this.#isEnded) this.#write(out.length, out.take());
    const unsent = socket.writableLength;
    const { maxWriteBufferBytes } = this.#options.limits;
    connection.sender.isBlocked = unsent * 2 > maxWriteBufferBytes;
    if (unsent > maxWriteBufferBytes) socket.pause();
    if (connection.isDone) this.#end(connection);
    else if (hasMore && !connection.sender.isBlocked) this.schedule();
  }

  /** To be called about once a second, behind the connection's own tick. */
  tick(nowMs: number): void {
    const unsent = this.socket.writableLength;
    const { stallTimeoutMs } = this.#options.limits;
    if (unsent === 0 || unsent < this.#unsent || this.#unsent === 0) this.#unsentSinceMs = nowMs;
    this.#unsent = unsent;
    if (stallTimeoutMs > 0 && unsent > 0 && nowMs > this.#unsentSinceMs + stallTimeoutMs) this.destroy("stalled");
  }

  /** Ends everything at once. */
  destroy(why: string): void {
    this.#lost(why);
    this.socket.destroy();
  }

  #write(length: number, buffer: Uint8Array): void {
    this.socket.write(buffer.subarray(0, length));
    // Nothing pending means that the kernel, or TLS, has copied it: the buffer is ours again.
    if (this.socket.writableLength === 0) this.#turn.pool.give(buffer);
  }

  #onDrain(): void {
    if (this.#connection === undefined) return;
    this.#connection.sender.isBlocked = false;
    if (this.socket.isPaused()) this.socket.resume();
    this.schedule();
  }

  /** The last word was written: the peer has a moment to read it. */
  #end(connection: Connection<C, H>): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    connection.close({ code: ErrorCode.NoError, message: "drained" });
    this.socket.resume();
    this.socket.end();
    this.#linger = setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
  }

  #lost(message: string): void {
    this.#connection?.close({ code: ErrorCode.NoError, message });
    this.schedule();
  }

  #onClose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#linger);
    this.#lost("the socket was closed");
    this.#options.onClosed(this.#connection?.reason ?? { code: ErrorCode.NoError, message: "the socket was closed" });
  }
}
