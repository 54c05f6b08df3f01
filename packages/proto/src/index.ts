/** Public surface of proto: etcd's messages as plain objects, and their codec. Bytes in, objects out; nothing else. */
export * from "./gen/header.ts";
export * from "./gen/kv.ts";
export * from "./gen/mvccpb.ts";
export * from "./gen/raftpb.ts";
export * from "./gen/snappb.ts";
export * from "./gen/walpb.ts";
export { ProtoError, type ProtoErrorCode } from "./wire/errors.ts";
export { MAX_DEPTH, Reader, WireType } from "./wire/reader.ts";
export { sizeId, sizeNumber, Writer } from "./wire/writer.ts";
