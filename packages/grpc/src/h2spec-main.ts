/**
 * `npm run h2spec`: starts a server on loopback and runs h2spec against it, strict. Says so, and succeeds, where h2spec
 * is not on the PATH; `go install github.com/summerwind/h2spec/cmd/h2spec@latest` brings it.
 */
import { spawn } from "node:child_process";
import { GrpcServer } from "./node-server.ts";
import { Router } from "./router.ts";

const BODY = new TextEncoder().encode("quorate\n");
const GRACE_MS = 1_000;
/** h2spec opens one more than it is told. */
const MAX_STREAMS = 100;

/** Runs h2spec to its end; undefined when there is no such program. */
function runH2spec(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const args = ["--strict", "-h", "127.0.0.1", "-p", String(port), ...process.argv.slice(2)];
    const child = spawn("h2spec", args, { stdio: "inherit" });
    child.on("error", () => resolve(undefined));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

const server = new GrpcServer({
  router: new Router(),
  limits: { maxConcurrentStreams: MAX_STREAMS },
  http: (_request, respond) => respond({ status: 200, headers: [["content-type", "text/plain"]], body: BODY }),
});
const { port } = await server.listen(0, "127.0.0.1");
const code = await runH2spec(port);
if (code === undefined)
  process.stdout.write(
    "SKIPPED: h2spec is not on the PATH (go install github.com/summerwind/h2spec/cmd/h2spec@latest)\n",
  );
await server.close(GRACE_MS);
process.exitCode = code ?? 0;
