/** Ports by URL: what a URL means to listen on, and whether it is free. Nothing is written before every port was found free. */
import { createServer, type Server } from "node:net";
import { messageOf } from "@quorate/base";
import { StartError } from "./errors.ts";

export type Address = { readonly host: string; readonly port: number; readonly isSecure: boolean };

/** @param url http or https with host and port; config has checked it. */
export function addressOf(url: string): Address {
  const { hostname, port, protocol } = new URL(url);
  const isSecure = protocol === "https:";
  const fallback = isSecure ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? fallback : Number(port), isSecure };
}

/** @throws StartError `ListenFailed` for the first port that is taken. It may still be lost to somebody else before it is used. */
export async function checkPortsFree(urls: readonly string[]): Promise<void> {
  const seen = new Set<string>();
  for (const url of urls) {
    const { host, port } = addressOf(url);
    if (seen.has(`${host}:${port}`)) continue;
    seen.add(`${host}:${port}`);
    const probe = createServer((socket) => socket.destroy());
    await listenOn(probe, url);
    await new Promise((done) => probe.close(done));
  }
}

/** @throws StartError `ListenFailed`. */
export function listenOn(server: Server, url: string): Promise<void> {
  const { host, port } = addressOf(url);
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(listenFailed(url, error));
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve();
    });
  });
}

export function listenFailed(url: string, error: unknown): StartError {
  return new StartError("ListenFailed", `listen tcp ${url.replace(/^\w+:\/\//, "")}: ${messageOf(error)}`, error);
}
