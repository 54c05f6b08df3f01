/** Counts what watch responses say, without decoding them: a client of a thousand watchers must not be what is measured. */
import { assert } from "@quorate/base";

/** Tags of WatchResponse on the wire. */
const CREATED = (3 << 3) | 0;
const CANCELED = (4 << 3) | 0;
const EVENTS = (11 << 3) | 2;
const VARINT = 0;
const LENGTH_DELIMITED = 2;

export class WatchTally {
  created = 0;
  events = 0;

  /** Takes the message that lies in `bytes` from `start` to `end`. @throws Error when a watcher was cancelled. */
  add(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      // Every tag of WatchResponse is one octet.
      const tag = bytes[at++] as number;
      let value = 0;
      let shift = 1;
      let octet: number;
      do {
        octet = bytes[at++] as number;
        value += (octet & 0x7f) * shift;
        shift *= 128;
      } while (octet >= 0x80);
      if (tag === EVENTS) this.events++;
      else if (tag === CREATED) this.created++;
      else if (tag === CANCELED) throw new Error("a watcher was cancelled");
      const type = tag & 7;
      assert(type === VARINT || type === LENGTH_DELIMITED, "WatchResponse has varints and messages only");
      if (type === LENGTH_DELIMITED) at += value;
    }
  }
}
