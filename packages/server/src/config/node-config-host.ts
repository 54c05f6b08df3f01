/** The machine that a configuration is read on: its files, its address, what it runs. */
import { readFileSync } from "node:fs";
import { arch, networkInterfaces, platform } from "node:os";
import type { ConfigHost } from "./read-config.ts";

/** Go's names of what Node calls otherwise. */
const GO_ARCH: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
const GO_OS: Readonly<Record<string, string>> = { win32: "windows" };

/** Columns of /proc/net/route: the interface and its destination; 0 is the default route. */
const INTERFACE_COLUMN = 0;
const DESTINATION_COLUMN = 1;
const DEFAULT_ROUTE = "00000000";

export function createConfigHost(version: string): ConfigHost {
  return {
    readFile: (path) => readFileSync(path, "utf8"),
    defaultAddress,
    build: { version, node: process.version, os: GO_OS[platform()] ?? platform(), arch: GO_ARCH[arch()] ?? arch() },
  };
}

/** The IPv4 address of the interface with the default route; undefined where there is none, or no /proc. */
export function defaultAddress(): string | undefined {
  let routes: string;
  try {
    routes = readFileSync("/proc/net/route", "utf8");
  } catch {
    return undefined;
  }
  for (const row of routes.split("\n").slice(1)) {
    const columns = row.split("\t");
    if (columns[DESTINATION_COLUMN] !== DEFAULT_ROUTE) continue;
    const addresses = networkInterfaces()[columns[INTERFACE_COLUMN] ?? ""] ?? [];
    const address = addresses.find(({ family }) => family === "IPv4");
    if (address !== undefined) return address.address;
  }
  return undefined;
}
