/** /version, the same on the ports of clients and of peers. */
import { getOnly, json, jsonString, type Page } from "./page.ts";
import type { ServerPages } from "./server-pages.ts";

/** What stands for a cluster's version until the members have agreed. */
const UNDECIDED = "not_decided";

export function versionPage(server: ServerPages): Page {
  return getOnly((_request, respond) => {
    const storage = server.storageVersion();
    const fields = [
      `"etcdserver":${jsonString(server.serverVersion)}`,
      `"etcdcluster":${jsonString(server.clusterVersion() ?? UNDECIDED)}`,
    ];
    if (storage !== undefined) fields.push(`"storage":${jsonString(storage)}`);
    respond(json(200, `{${fields.join(",")}}`));
  });
}
