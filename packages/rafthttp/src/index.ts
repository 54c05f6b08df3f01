/** Public surface of rafthttp: the peer transport on etcd's wire. Start at node-transport.ts; the codecs are pure. */
export { RafthttpError, type RafthttpErrorCode } from "./errors.ts";
export {
  checkRequest,
  Header,
  type Identity,
  isCompatible,
  MIN_CLUSTER_VERSION,
  type RequestHeaders,
  requestHeaders,
} from "./headers.ts";
export {
  createMessageDecoder,
  createMessageEncoder,
  isLinkHeartbeat,
  MAX_MESSAGE_BYTES,
  type StreamDecoder,
  type StreamEncoder,
} from "./message-codec.ts";
export { createMsgAppV2Decoder, createMsgAppV2Encoder, type MsgAppV2DecoderOptions } from "./msgapp-v2-codec.ts";
export { createPeerServer } from "./node-peer-server.ts";
export { secureContextOf } from "./node-request.ts";
export { Transport } from "./node-transport.ts";
export {
  DEFAULT_LIMITS,
  type Limits,
  newPeerStats,
  type PeerObserver,
  type PeerStats,
  type Raft,
  type SnapshotSink,
  type SnapshotStore,
  type TlsOptions,
  type TransportDeps,
  type TransportOptions,
} from "./options.ts";
export { OutputBuffer } from "./output-buffer.ts";
export { type Channel, PeerStatus, pickChannel, UrlPicker } from "./peer-state.ts";
