import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { request } from "@quorate/testkit";
import { createPeerPageListener } from "./node-peer-pages.ts";
import { textLine } from "./page.ts";

describe("server/node-peer-pages", () => {
  it("serves what another listener left alone, with the body that comes on a GET", async (t) => {
    const pages = createPeerPageListener(({ method, path, body, isSecure }, respond) => {
      respond(textLine(200, `${method} ${path} ${body.length} ${isSecure}`));
    }, true);
    const server = createServer((incoming, outgoing) => {
      if (incoming.url === "/raft") outgoing.end("raft");
      else pages(incoming, outgoing);
    }).listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    assert.equal((await request(port, "POST", "/raft")).body, "raft");
    const reply = await request(port, "GET", "/members/hashkv?x", { body: "{}", headers: { "Content-Length": "2" } });
    assert.equal(reply.body, "GET /members/hashkv 2 true\n");
  });
});
