/** /debug/vars: what Go's expvar lists, as far as there is such a thing here. */
import { idToHex } from "@quorate/base";
import { getOnly, jsonString, type Page } from "./page.ts";
import type { RaftStatus, ServerPages } from "./server-pages.ts";

export function debugVarsPage(server: ServerPages): Page {
  return getOnly((_request, respond) => {
    const cmdline = `[${server.commandLine.map(jsonString).join(",")}]`;
    respond({
      status: 200,
      headers: [["Content-Type", "application/json; charset=utf-8"]],
      body: `{\n"cmdline": ${cmdline},\n"raft.status": ${formatRaftStatus(server.raftStatus())}\n}\n`,
    });
  });
}

/** Raft's status as etcd writes it: ids in hexadecimal. */
export function formatRaftStatus(status: RaftStatus): string {
  const progress = Array.from(
    status.progress,
    ([id, { match, next, state }]) => `"${idToHex(id)}":{"match":${match},"next":${next},"state":${jsonString(state)}}`,
  );
  return (
    `{"id":"${idToHex(status.id)}","term":${status.term},"vote":"${idToHex(status.vote)}","commit":${status.commit},` +
    `"lead":"${idToHex(status.lead)}","raftState":${jsonString(status.raftState)},"applied":${status.applied},` +
    `"progress":{${progress.join(",")}},"leadtransferee":"${idToHex(status.leadTransferee)}"}`
  );
}
