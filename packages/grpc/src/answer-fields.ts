/** Header lists of answers. Those that every good call repeats are made once and frozen, so that their encoding is remembered. */
import { HeaderField } from "./hpack/header-field.ts";
import { percentEncode } from "./percent.ts";
import { type Status, StatusCode } from "./status.ts";

const HTTP_OK = new HeaderField(":status", "200");
const GRPC_CONTENT = new HeaderField("content-type", "application/grpc");
const GRPC_OK = new HeaderField("grpc-status", "0");

/** In front of the first message. */
export const ANSWER_HEAD: readonly HeaderField[] = Object.freeze([HTTP_OK, GRPC_CONTENT]);
/** Behind the last message of a call that went well. */
export const ANSWER_OK: readonly HeaderField[] = Object.freeze([GRPC_OK]);

/** The trailers that say how a call ended. @param more fields of the application. */
export function trailersOf(status: Status, more: readonly HeaderField[]): readonly HeaderField[] {
  if (status.code === StatusCode.OK && status.message === "") return more.length === 0 ? ANSWER_OK : [GRPC_OK, ...more];
  const fields = [new HeaderField("grpc-status", String(status.code))];
  if (status.message !== "") fields.push(new HeaderField("grpc-message", percentEncode(status.message).trim()));
  return [...fields, ...more];
}

/** Head and trailers in one: an answer without messages. */
export function trailersOnly(httpStatus: number, status: Status, more: readonly HeaderField[]): readonly HeaderField[] {
  const first = httpStatus === 200 ? HTTP_OK : new HeaderField(":status", String(httpStatus));
  return [first, GRPC_CONTENT, ...trailersOf(status, more)];
}
