/** When a disk has too little room to take anything that grows: decided before it is full, because a full disk ends the member. */
import { SEGMENT_SIZE_BYTES } from "./wal/segment.ts";

/** Kept for what must be written even then: commits of what is applied already, snapshots' records, deletes and compactions. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** With less than this free, requests that grow the store are refused. The log asks for its next segment at once. */
export const LOW_DISK_BYTES: number = RESERVE_BYTES + SEGMENT_SIZE_BYTES;
/** Room must come back by this much before they are taken again, so that the answer does not change with every file. */
const RECOVERED_BYTES = 1.25 * LOW_DISK_BYTES;

export type DiskRoom = "enough" | "low";

/** What to think of a disk with this much free, after `before`. */
export function judgeDiskRoom(freeBytes: number, before: DiskRoom): DiskRoom {
  if (freeBytes < LOW_DISK_BYTES) return "low";
  return before === "low" && freeBytes < RECOVERED_BYTES ? "low" : "enough";
}

/** True if a file of this size can be made for a while without touching the reserve: a copy that makes room is welcome on a low disk. */
export function hasRoomFor(fileBytes: number, freeBytes: number): boolean {
  return freeBytes - fileBytes >= RESERVE_BYTES;
}
