/**
 * Where the reference comes from: a folder with etcd, etcdctl and etcdutl. A named one, one on the PATH, or Debian's packages, unpacked into
 * a cache of this repository. Installs nothing on the system.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { messageOf } from "@quorate/base";

export type Reference = {
  readonly etcd: string;
  readonly etcdctl: string;
  readonly etcdutl: string;
  /** "3.5.30" */
  readonly version: string;
};

const CACHE = join(import.meta.dirname, "../../node_modules/.cache/etcd-reference");
const PROGRAMS = ["etcd", "etcdctl", "etcdutl"] as const;
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Outputs and texts are compared with this line; 3.4 and 3.6 differ from it in both. */
const LINE = "3.5.";
const APT_TIMEOUT_MS = 120_000;

/** The reference, or a sentence that says why there is none: it has to be of the right line, too. */
export function findReference(named: string | undefined): Reference | string {
  const found = findAny(named);
  if (typeof found === "string" || found.version.startsWith(LINE)) return found;
  return `${found.etcd} is etcd ${found.version}, which is not ${LINE}x`;
}

/** Any etcd, or a sentence that says what is missing. @param named a path of etcd whose folder has the other two. */
function findAny(named: string | undefined): Reference | string {
  const folder = process.env["QUORATE_ETCD_DIR"];
  if (named !== undefined) return inFolder(dirname(named)) ?? `${dirname(named)} lacks one of ${PROGRAMS.join(", ")}`;
  if (folder !== undefined) return inFolder(folder) ?? `QUORATE_ETCD_DIR=${folder} lacks one of ${PROGRAMS.join(", ")}`;
  for (const place of [...(process.env["PATH"] ?? "").split(delimiter), join(CACHE, "usr/bin")]) {
    const found = inFolder(place);
    if (found?.version.startsWith(LINE) === true) return found;
  }
  try {
    unpackDebian();
    return inFolder(join(CACHE, "usr/bin")) ?? "Debian's etcd-server and etcd-client lack one of the programs";
  } catch (error) {
    return `no etcd on the PATH, none in QUORATE_ETCD_DIR, and none from Debian (${messageOf(error).split("\n")[0]})`;
  }
}

function inFolder(folder: string): Reference | undefined {
  const [etcd, etcdctl, etcdutl] = PROGRAMS.map((name) => join(folder, name)) as [string, string, string];
  try {
    for (const path of [etcd, etcdctl, etcdutl]) accessSync(path, constants.X_OK);
    const text = execFileSync(etcd, ["--version"], { encoding: "utf8" });
    return { etcd, etcdctl, etcdutl, version: /etcd Version: (\S+)/.exec(text)?.[1] ?? "unknown" };
  } catch {
    // Not there, or nothing that runs here.
    return undefined;
  }
}

/**
 * Downloads and unpacks the two packages of Debian's unstable suite, the one that follows the 3.5 line, with package lists of its own.
 * @throws
 */
function unpackDebian(): void {
  for (const name of ["lists/partial", "cache/archives/partial"])
    mkdirSync(join(CACHE, "apt", name), { recursive: true });
  const apt = join(CACHE, "apt");
  writeFileSync(join(apt, "status"), "");
  writeFileSync(join(apt, "sources.list"), `deb [signed-by=${KEYRING}] ${debianMirror()} sid main\n`);
  const settings = {
    "Dir::Etc::sourcelist": join(apt, "sources.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::State": apt,
    "Dir::State::lists": join(apt, "lists"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": join(apt, "cache"),
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "1",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, {
      cwd: CACHE,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      timeout: APT_TIMEOUT_MS,
    });
  run("apt-get", "-q", ...options, "update");
  run("apt-get", "-q", ...options, "download", "etcd-server", "etcd-client");
  for (const name of readdirSync(CACHE)) if (name.endsWith(".deb")) run("dpkg", "-x", join(CACHE, name), CACHE);
}

/** The mirror that this machine is set up for. */
function debianMirror(): string {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const text = [...files, "/etc/apt/sources.list"]
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, "utf8"));
  const found = /^(?:URIs: |deb (?:\[[^\]]*\] )?)(\S+\/debian\/?)\s/m.exec(text.join("\n"));
  if (found?.[1] === undefined) throw new Error("no Debian mirror in this machine's apt configuration");
  return found[1];
}
