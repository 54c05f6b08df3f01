/** SETTINGS payloads: reading with every check of RFC 9113 section 6.5.2, and writing. */
import { ConnectionError } from "./connection-error.ts";
import {
  DEFAULT_MAX_FRAME,
  DEFAULT_WINDOW,
  ErrorCode,
  LARGEST_MAX_FRAME,
  MAX_WINDOW,
  readUint32,
  Setting,
} from "./frame.ts";

/** What the peer allows us. */
export type PeerSettings = {
  headerTableSize: number;
  maxConcurrentStreams: number;
  initialWindowSize: number;
  maxFrameSize: number;
  maxHeaderListSize: number;
};

export const SETTING_BYTES = 6;
const DEFAULT_TABLE_BYTES = 4096;

export function newPeerSettings(): PeerSettings {
  return {
    headerTableSize: DEFAULT_TABLE_BYTES,
    maxConcurrentStreams: Number.POSITIVE_INFINITY,
    initialWindowSize: DEFAULT_WINDOW,
    maxFrameSize: DEFAULT_MAX_FRAME,
    maxHeaderListSize: Number.POSITIVE_INFINITY,
  };
}

/**
 * Takes the settings in bytes [start, end) over into `settings`; unknown ones are skipped.
 * @param mayPush false when a peer that enables push is at fault: a server (section 6.5.2).
 * @throws ConnectionError
 */
export function readSettings(
  settings: PeerSettings,
  payload: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  mayPush: boolean,
): void {
  for (let at = payload.start; at < payload.end; at += SETTING_BYTES) {
    const id = (payload.bytes[at]! << 8) | payload.bytes[at + 1]!;
    const value = readUint32(payload.bytes, at + 2);
    switch (id) {
      case Setting.HeaderTableSize:
        settings.headerTableSize = value;
        break;
      case Setting.EnablePush:
        if (value > (mayPush ? 1 : 0)) throw new ConnectionError(ErrorCode.ProtocolError, "invalid ENABLE_PUSH");
        break;
      case Setting.MaxConcurrentStreams:
        settings.maxConcurrentStreams = value;
        break;
      case Setting.InitialWindowSize:
        if (value > MAX_WINDOW) throw new ConnectionError(ErrorCode.FlowControlError, "invalid INITIAL_WINDOW_SIZE");
        settings.initialWindowSize = value;
        break;
      case Setting.MaxFrameSize:
        if (value < DEFAULT_MAX_FRAME || value > LARGEST_MAX_FRAME)
          throw new ConnectionError(ErrorCode.ProtocolError, "invalid MAX_FRAME_SIZE");
        settings.maxFrameSize = value;
        break;
      case Setting.MaxHeaderListSize:
        settings.maxHeaderListSize = value;
        break;
      default:
        break;
    }
  }
}
