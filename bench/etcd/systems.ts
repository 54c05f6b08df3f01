/** Finds what is compared and what it takes: etcd, ours, h2load. Starts nothing but `etcd --version`; says in one sentence what is missing. */
import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** A server that takes etcd's flags. */
export type System = {
  readonly name: string;
  readonly command: string;
  /** Before the flags: the script and Node's own options. */
  readonly args: readonly string[];
};

/** An error whose message is all that there is to say, such as what is missing on this machine and how it comes there. */
export class PlainError extends Error {}

/** The version that the issue's figures are ratios to. */
const ETCD_VERSION = "3.5.30";
const ROOT = resolve(import.meta.dirname, "../../..");
/** Enough of a file to hold its shebang. */
const SHEBANG_BYTES = 128;

/** etcd out of QUORATE_ETCD_DIR, or the PATH. @throws PlainError */
export function findEtcd(): System {
  const folder = process.env["QUORATE_ETCD_DIR"];
  const candidates = folder === undefined ? onPath("etcd") : [join(folder, "etcd"), join(folder, "bin", "etcd")];
  const command = candidates.find(isExecutable);
  if (command === undefined) {
    throw new PlainError(
      `no etcd ${folder === undefined ? "on the PATH" : `in ${folder}`}: install Debian's etcd-server, or name the folder of an unpacked one in QUORATE_ETCD_DIR`,
    );
  }
  const version = /etcd Version: (\S+)/.exec(execFileSync(command, ["--version"], { encoding: "utf8" }))?.[1];
  if (version !== ETCD_VERSION)
    process.stderr.write(`note: etcd is ${version}, the goals are set against ${ETCD_VERSION}\n`);
  return { name: `etcd ${version}`, command, args: [] };
}

/**
 * Ours: bin/quorate, or what QUORATE_SUBJECT names. With `nodeFlags`, what starts with a Node shebang is run by this Node, with its own flags too.
 * @throws PlainError when it is not there, or when Node's flags are asked of what is not Node's.
 */
export function findSubject(nodeFlags: readonly string[] = []): System {
  const named = process.env["QUORATE_SUBJECT"];
  const path = resolve(named ?? join(ROOT, "bin/quorate"));
  let head: string;
  try {
    head = readFileSync(path).subarray(0, SHEBANG_BYTES).toString("latin1");
  } catch {
    throw new PlainError(`no server at ${path}: name one in QUORATE_SUBJECT`);
  }
  const name = named === undefined ? "quorate" : `subject ${path.split("/").at(-1)}`;
  if (path.endsWith(".js") || path.endsWith(".mjs"))
    return { name, command: process.execPath, args: [...nodeFlags, path] };
  const shebang = /^#!.*\bnode\b(.*)/.exec(head);
  if (shebang !== null && nodeFlags.length > 0) {
    const own = (shebang[1] ?? "")
      .trim()
      .split(" ")
      .filter((flag) => flag !== "");
    return { name, command: process.execPath, args: [...nodeFlags, ...own, path] };
  }
  if (nodeFlags.length > 0) throw new PlainError(`${path} is no Node program: there is nothing to profile`);
  return { name, command: path, args: [] };
}

/** @throws PlainError */
export function findH2load(): string {
  const found = onPath("h2load").find(isExecutable);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0) {
    process.stderr.write("installing nghttp2-client for h2load\n");
    try {
      execFileSync("apt-get", ["install", "-y", "-q", "nghttp2-client"], { stdio: "ignore", timeout: 120_000 });
    } catch {
      // Said below: whatever went wrong, it is not there.
    }
    const installed = onPath("h2load").find(isExecutable);
    if (installed !== undefined) return installed;
  }
  throw new PlainError("no h2load on the PATH: install Debian's nghttp2-client");
}

function onPath(name: string): string[] {
  return (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
