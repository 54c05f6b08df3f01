/** Turns connections away whose certificate belongs to somebody elsewhere, before any request of theirs is looked at. */
import { lookup, reverse } from "node:dns/promises";
import type { RequestListener, Server } from "node:http";
import { TLSSocket } from "node:tls";
import { messageOf } from "@quorate/base";
import { type NameLookup, parseSubjectAltName, refusePeerAddress } from "./peer-names.ts";

const SYSTEM: NameLookup = {
  addressesOf: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  hostsOf: (address) => reverse(address),
};

/** Told why a connection was refused, and whose it was. */
export type OnRefusedPeer = (remoteAddress: string, why: string) => void;

/** Where a connection is allowed, `listener` gets its requests; others are closed. One verdict for each connection. */
export class PeerNameCheck {
  readonly #onRefused: OnRefusedPeer;
  readonly #verdicts = new WeakMap<TLSSocket, Promise<boolean>>();

  constructor(onRefused: OnRefusedPeer) {
    this.#onRefused = onRefused;
  }

  /** Judges connections as soon as they are up, also such as never ask anything. */
  watch(server: Server): void {
    server.on("secureConnection", (socket: TLSSocket) => void this.#verdictOf(socket));
  }

  guard(listener: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request;
      if (!(socket instanceof TLSSocket)) {
        response.destroy();
        return;
      }
      void this.#verdictOf(socket).then((isFine) => {
        if (isFine) listener(request, response);
      });
    };
  }

  #verdictOf(socket: TLSSocket): Promise<boolean> {
    let verdict = this.#verdicts.get(socket);
    if (verdict === undefined) {
      verdict = this.#judge(socket);
      this.#verdicts.set(socket, verdict);
    }
    return verdict;
  }

  async #judge(socket: TLSSocket): Promise<boolean> {
    const { remoteAddress = "" } = socket;
    const certificate = socket.getPeerX509Certificate();
    // Whether one is needed at all was decided in the handshake.
    if (certificate === undefined) return true;
    const names = parseSubjectAltName(certificate.subjectAltName);
    const refusal = await refusePeerAddress(names, remoteAddress, SYSTEM).catch(messageOf);
    if (refusal === undefined) return true;
    this.#onRefused(remoteAddress, refusal);
    socket.destroy();
    return false;
  }
}
