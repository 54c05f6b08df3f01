/** What can be started as a cluster: the server, and the example service on the raft library. */
import { fileURLToPath } from "node:url";
import type { Ports, Recipe } from "./supervisor.ts";

function program(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

function urls(ports: readonly number[]): string[] {
  return ports.map((port) => `http://127.0.0.1:${port}`);
}

const quorate: Recipe = {
  preferred: { client: [2379, 22379, 32379], peer: [2380, 22380, 32380] },
  command: (i, { client, peer }, dataDir) => {
    const [clientUrl, peerUrl] = [urls(client)[i] ?? "", urls(peer)[i] ?? ""];
    const cluster = urls(peer).map((url, n) => `member-${n + 1}=${url}`);
    return [
      ...[program("bin/quorate"), "--name", `member-${i + 1}`, "--data-dir", dataDir],
      ...["--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl],
      ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...["--initial-cluster", cluster.join(","), "--initial-cluster-token", "npm-start"],
    ];
  },
  isReady: async (port) => {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    return ((await response.json()) as { health: string }).health === "true";
  },
  welcome: ({ client }: Ports, dataDir) => {
    const endpoints = client.map((port) => `127.0.0.1:${port}`).join(",");
    return `three members are running, their data is in ${dataDir}

  export ETCDCTL_ENDPOINTS=${endpoints}

try, with the etcdctl of your distribution (Debian: apt-get install etcd-client):

  etcdctl put greeting 'hello, quorum'
  etcdctl get greeting
  etcdctl endpoint status -w table`;
  },
};

const raftexample: Recipe = {
  preferred: { client: [12380, 22381, 32381], peer: [12379, 22378, 32378] },
  command: (i, { client, peer }, dataDir) => [
    ...[
      process.execPath,
      program("packages/raftexample/dist/main.js"),
      "--id",
      `${i + 1}`,
      "--cluster",
      urls(peer).join(","),
    ],
    ...["--port", `${client[i]}`, "--data-dir", dataDir],
  ],
  isReady: async (port) => {
    const response = await fetch(`http://127.0.0.1:${port}/status`);
    return ((await response.json()) as { leader: string }).leader !== "0";
  },
  welcome: ({ client }, dataDir) => {
    const [first, second, third] = urls(client);
    return `three members are running, their data is in ${dataDir}

try:

  curl -i -X PUT -d 'hello, quorum' ${first}/greeting
  curl '${second}/greeting?consistent=linearizable'
  curl ${third}/status`;
  },
};

export const RECIPES: Readonly<Record<string, Recipe>> = { quorate, raftexample };
