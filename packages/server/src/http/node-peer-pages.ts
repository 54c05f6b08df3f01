/** Puts pages on the peer port, behind rafthttp: to be called for every request that the transport left alone. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { servePage } from "./node-page-exchange.ts";
import type { Page } from "./page.ts";

/** Answers whatever comes, if only with 404. */
export function createPeerPageListener(
  page: Page,
  isSecure: boolean,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => servePage(page, { isSecure, bodyTimeoutMs: undefined }, request, response);
}
