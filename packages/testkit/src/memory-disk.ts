/**
 * A Disk in memory that tells what was written from what was synced. A power loss keeps what was synced and, of the rest, whatever
 * chance decides: each unsynced sector and each unsynced name on its own. A failed sync leaves the pages clean and the data unsaved,
 * as Linux does.
 *
 *   file:       live bytes   | durable bytes | sectors that a sync would write
 *   directory:  live names   | durable names | operations that a sync would keep, in order
 */
import { CodedError, type Disk, type DiskFile, type OpenMode, type Random } from "@quorate/base";

const SECTOR_BYTES = 512;

/** One call that changes the disk or makes a change durable, in the order of the calls; files go by the name that they have then. */
export type DiskOperation = {
  readonly kind: "create" | "write" | "truncate" | "datasync" | "sync" | "rename" | "remove" | "makeDir" | "syncDir";
  readonly path: string;
  /** New name of a renamed file; length of a write; size after a truncation. */
  readonly to?: string;
  readonly length?: number;
};

/** Thrown out of the call at which the power went; the disk answers nothing any more. */
export class PowerLoss extends Error {
  override readonly name = "PowerLoss";
}

type FileNode = { path: string; live: Uint8Array; durable: Uint8Array; readonly dirty: Set<number> };
type DirNode = { live: Map<string, Node>; durable: Map<string, Node>; pending: NameChange[] };
type Node = FileNode | DirNode;
type NameChange = (names: Map<string, Node>) => void;

export class MemoryDisk implements Disk {
  /** Every operation that was begun. */
  readonly operations: DiskOperation[] = [];
  /** True makes the operation fail with `IoFailed`. */
  fails: (operation: DiskOperation) => boolean = () => false;
  /** The power goes before the operation with this number, counted from 0. */
  powerLossAt: number = Number.POSITIVE_INFINITY;
  #root: DirNode = newDir();
  #isDead = false;

  /** The disk as it is found after a power loss now. This one is dead from here on. */
  afterPowerLoss(random: Random): MemoryDisk {
    this.#isDead = true;
    const next = new MemoryDisk();
    next.#root = survivingDir(this.#root, random);
    return next;
  }

  /** A copy with everything on it durable, for a test that damages it. */
  clone(): MemoryDisk {
    const next = new MemoryDisk();
    next.#root = settledDir(this.#root);
    return next;
  }

  /** The bytes of a file as reads see them; a copy. */
  contents(path: string): Uint8Array {
    return this.#file(path).live.slice();
  }

  /** Puts bytes into a file behind the back of whoever has it open, durable at once. Makes the file where it is missing. */
  replace(path: string, bytes: Uint8Array): void {
    const { dir, name } = this.#parent(path);
    const node: FileNode = { path, live: bytes.slice(), durable: bytes.slice(), dirty: new Set() };
    dir.live.set(name, node);
    dir.durable.set(name, node);
  }

  open(path: string, mode: OpenMode): DiskFile {
    this.#alive();
    const { dir, name } = this.#parent(path);
    if (mode === "create") {
      if (dir.live.has(name)) throw failure("Exists", path);
      this.#begin({ kind: "create", path });
      const node: FileNode = { path, live: new Uint8Array(0), durable: new Uint8Array(0), dirty: new Set() };
      change(dir, (names) => void names.set(name, node));
      return this.#handle(path, node);
    }
    return this.#handle(path, this.#file(path));
  }

  exists(path: string): boolean {
    this.#alive();
    return this.#find(path) !== undefined;
  }

  list(dir: string): string[] {
    this.#alive();
    return [...this.#dir(dir).live.keys()].sort();
  }

  makeDir(dir: string): void {
    this.#alive();
    let at = this.#root;
    let path = "";
    for (const name of partsOf(dir)) {
      path += `/${name}`;
      let child = at.live.get(name);
      if (child === undefined) {
        this.#begin({ kind: "makeDir", path });
        const made = newDir();
        change(at, (names) => void names.set(name, made));
        child = made;
      }
      if (isFile(child)) throw failure("IoFailed", path);
      at = child;
    }
  }

  rename(from: string, to: string): void {
    this.#alive();
    const { dir, name } = this.#parent(from);
    const target = this.#parent(to);
    if (target.dir !== dir) throw new Error("renames between directories are not modelled");
    const node = dir.live.get(name);
    if (node === undefined) throw failure("NotFound", from);
    this.#begin({ kind: "rename", path: from, to });
    change(dir, (names) => {
      // The old name may never have become durable, or stand for an older file again.
      if (names.get(name) === node) names.delete(name);
      names.set(target.name, node);
      if (isFile(node)) node.path = to;
    });
  }

  remove(path: string): void {
    this.#alive();
    const { dir, name } = this.#parent(path);
    if (!dir.live.has(name)) throw failure("NotFound", path);
    this.#begin({ kind: "remove", path });
    change(dir, (names) => void names.delete(name));
  }

  syncDir(path: string): void {
    this.#alive();
    const dir = this.#dir(path);
    this.#begin({ kind: "syncDir", path });
    dir.durable = new Map(dir.live);
    dir.pending = [];
  }

  #handle(path: string, node: FileNode): DiskFile {
    let isOpen = true;
    const use = (): void => {
      this.#alive();
      if (!isOpen) throw failure("IoFailed", `${path} (closed)`);
    };
    const sync = (kind: "datasync" | "sync"): void => {
      use();
      const failed = this.#failed({ kind, path: node.path });
      if (!failed) node.durable = node.live.slice();
      node.dirty.clear();
      if (failed) throw failure("IoFailed", path);
    };
    return {
      path,
      read: (target, position) => {
        use();
        const bytes = node.live.subarray(position, position + target.length);
        target.set(bytes);
        return bytes.length;
      },
      write: (bytes, position) => {
        use();
        this.#begin({ kind: "write", path: node.path, length: bytes.length });
        write(node, bytes, position);
      },
      size: () => {
        use();
        return node.live.length;
      },
      truncate: (size) => {
        use();
        this.#begin({ kind: "truncate", path: node.path, length: size });
        truncate(node, size);
      },
      datasync: () => sync("datasync"),
      sync: () => sync("sync"),
      close: () => {
        use();
        isOpen = false;
      },
    };
  }

  #alive(): void {
    if (this.#isDead) throw new PowerLoss("this disk has lost its power");
  }

  #begin(operation: DiskOperation): void {
    if (this.#failed(operation)) throw failure("IoFailed", operation.path);
  }

  #failed(operation: DiskOperation): boolean {
    if (this.operations.length >= this.powerLossAt) {
      this.#isDead = true;
      throw new PowerLoss(`the power went before ${operation.kind} ${operation.path}`);
    }
    this.operations.push(operation);
    return this.fails(operation);
  }

  #find(path: string): Node | undefined {
    let at: Node | undefined = this.#root;
    for (const name of partsOf(path)) {
      if (at === undefined || isFile(at)) return undefined;
      at = at.live.get(name);
    }
    return at;
  }

  #dir(path: string): DirNode {
    const node = this.#find(path);
    if (node === undefined || isFile(node)) throw failure("NotFound", path);
    return node;
  }

  #file(path: string): FileNode {
    const node = this.#find(path);
    if (node === undefined || !isFile(node)) throw failure("NotFound", path);
    return node;
  }

  #parent(path: string): { readonly dir: DirNode; readonly name: string } {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw failure("IoFailed", path);
    return { dir: this.#dir(parts.join("/")), name };
  }
}

function newDir(): DirNode {
  return { live: new Map(), durable: new Map(), pending: [] };
}

function isFile(node: Node): node is FileNode {
  return "dirty" in node;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function failure(code: "NotFound" | "Exists" | "IoFailed", path: string): Error {
  return new CodedError(`${path}: ${code}`, { code });
}

function change(dir: DirNode, apply: NameChange): void {
  apply(dir.live);
  dir.pending.push(apply);
}

function write(node: FileNode, bytes: Uint8Array, position: number): void {
  if (position + bytes.length > node.live.length) truncate(node, position + bytes.length);
  node.live.set(bytes, position);
  touch(node, position, position + bytes.length);
}

function truncate(node: FileNode, size: number): void {
  const resized = new Uint8Array(size);
  resized.set(node.live.subarray(0, size));
  touch(node, Math.min(size, node.live.length), Math.max(size, node.live.length));
  node.live = resized;
}

function touch(node: FileNode, start: number, end: number): void {
  for (let sector = Math.floor(start / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++) node.dirty.add(sector);
}

function survivingDir(dir: DirNode, random: Random): DirNode {
  const names = new Map(dir.durable);
  for (const apply of dir.pending) if (random.below(2) === 0) apply(names);
  const survived = newDir();
  for (const [name, node] of names) {
    survived.live.set(
      name,
      isFile(node) ? settledFile(node.path, survivingBytes(node, random)) : survivingDir(node, random),
    );
  }
  survived.durable = new Map(survived.live);
  return survived;
}

/** Either size, and in it each unsynced sector as it was or as it was to be. */
function survivingBytes(node: FileNode, random: Random): Uint8Array {
  const isResized = node.dirty.size > 0 && random.below(2) === 0;
  const bytes = new Uint8Array(isResized ? node.live.length : node.durable.length);
  bytes.set(node.durable.subarray(0, bytes.length));
  for (const sector of node.dirty) {
    const start = sector * SECTOR_BYTES;
    if (start < bytes.length && random.below(2) === 0) {
      bytes.set(node.live.subarray(start, Math.min(start + SECTOR_BYTES, bytes.length)), start);
    }
  }
  return bytes;
}

function settledDir(dir: DirNode): DirNode {
  const settled = newDir();
  for (const [name, node] of dir.live) {
    settled.live.set(name, isFile(node) ? settledFile(node.path, node.live) : settledDir(node));
  }
  settled.durable = new Map(settled.live);
  return settled;
}

function settledFile(path: string, bytes: Uint8Array): FileNode {
  return { path, live: bytes.slice(), durable: bytes.slice(), dirty: new Set() };
}
