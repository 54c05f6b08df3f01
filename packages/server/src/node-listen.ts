/** Ports by URL: what a URL means to listen on, and whether it is free. Nothing is written before every port was found free. */
import { type AddressInfo, createServer, type Server } from "node:net";
import { messageOf } from "@quorate/base";
import type { MemberUrl } from "./config/urls.ts";
import { StartError } from "./errors.ts";

/** @throws StartError `ListenFailed` for the first port that is taken. It may still be lost to somebody else before it is used. */
export async function checkPortsFree(urls: readonly MemberUrl[]): Promise<void> {
  const seen = new Set<string>();
  for (const url of urls) {
    if (seen.has(url.text)) continue;
    seen.add(url.text);
    const probe = createServer((socket) => socket.destroy());
    await listenOn(probe, url);
    await new Promise((done) => probe.close(done));
  }
}

/** @returns the port that it is: the system's choice where the URL says 0. @throws StartError `ListenFailed`. */
export function listenOn(server: Server, url: MemberUrl): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(listenFailed(url, error));
    server.once("error", failed);
    server.listen(url.port, url.host, () => {
      server.off("error", failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export function listenFailed(url: MemberUrl, error: unknown): StartError {
  return new StartError("ListenFailed", `listen tcp ${url.host}:${url.port}: ${messageOf(error)}`, error);
}
