/**
 * Looks now and then at how much room is left where this member writes. A full disk ends a member, so it stops taking what grows before:
 * as long as room is short it asks for the cluster's NOSPACE alarm, which every member then obeys. It looks off the path of requests.
 */
import { messageOf } from "@quorate/base";
import { type DiskRoom, judgeDiskRoom, LOW_DISK_BYTES } from "@quorate/storage";
import type { StructuredLogger } from "./log/logger.ts";

export type DiskWatchDeps = {
  /** Each of the directories that are written to; two may be of one disk. */
  readonly dirs: readonly string[];
  readonly freeBytes: (dir: string) => Promise<number>;
  /** Told after each look that found too little room. */
  readonly onLow: () => void;
  readonly logger: StructuredLogger;
};

export class DiskWatch {
  readonly #deps: DiskWatchDeps;
  readonly #rooms = new Map<string, DiskRoom>();
  readonly #unreadable = new Set<string>();
  #isLooking = false;

  constructor(deps: DiskWatchDeps) {
    this.#deps = deps;
  }

  get isLow(): boolean {
    for (const room of this.#rooms.values()) if (room === "low") return true;
    return false;
  }

  /** One look at every directory; a second one while the first is under way is none. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (const dir of this.#deps.dirs) await this.#lookAt(dir);
    this.#isLooking = false;
    if (this.isLow) this.#deps.onLow();
  }

  async #lookAt(dir: string): Promise<void> {
    const { freeBytes, logger } = this.#deps;
    let free: number;
    try {
      free = await freeBytes(dir);
    } catch (error) {
      // Room that nobody can tell is taken to be there, as without this watch; said once.
      if (!this.#unreadable.has(dir))
        logger.warn("cannot tell how much room is left on the disk", { dir, error: messageOf(error) });
      this.#unreadable.add(dir);
      return;
    }
    const before = this.#rooms.get(dir) ?? "enough";
    const room = judgeDiskRoom(free, before);
    this.#rooms.set(dir, room);
    if (room === before) return;
    const fields = { dir, "free-bytes": free, "needed-bytes": LOW_DISK_BYTES };
    if (room === "low") logger.error("too little room is left on the disk; raising the NOSPACE alarm", fields);
    else logger.info("there is room on the disk again; the NOSPACE alarm can be disarmed", fields);
  }
}
