import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { PeerMember, until } from "@quorate/testkit";

/** A member in a process of its own that stops when it is told to, and must then end by itself. */
const SCRIPT = `
  import { PeerMember } from ${JSON.stringify(import.meta.resolve("@quorate/testkit"))};
  const member = await PeerMember.start({ id: 2n });
  member.transport.addPeer(1n, [process.argv[1]]);
  member.transport.addPeer(3n, ["http://127.0.0.1:1"]);
  member.transport.addRemote(4n, ["http://127.0.0.1:1"]);
  process.stdout.write(member.url + "\\n");
  process.stdin.once("data", () => {
    process.stdin.destroy();
    member.transport.stop();
    member.server.close();
  });
`;

describe("rafthttp/node-transport in a process", () => {
  it("keeps nothing open that keeps the process alive after stop", { timeout: 30_000 }, async () => {
    const member = await PeerMember.start({ id: 1n });
    const child = spawn(process.execPath, ["--input-type=module", "-e", SCRIPT, member.url], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      const [url] = (await once(child.stdout, "data")) as [Buffer];
      member.transport.addPeer(2n, [url.toString().trim()]);
      await member.transport.whenActive(2n);
      await until(() => member.accepted.size === 2, "the child's streams");
      child.stdin.write("stop\n");
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      assert.deepEqual([code, signal], [0, null]);
    } finally {
      child.kill("SIGKILL");
      await member.stop();
    }
  });
});
