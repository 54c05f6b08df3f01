/**
 * One header field, classified once. Fields of the tables are shared by every block that refers to them, so what a field means and whether
 * RFC 9113 section 8.2 allows it is worked out when the field is made and never again per request.
 */

/** What a field is to HTTP/2 and gRPC; `Metadata` is everything that belongs to the application. */
export const Kind = {
  Metadata: 0,
  Method: 1,
  Scheme: 2,
  Path: 3,
  Authority: 4,
  Status: 5,
  /** A pseudo-header that does not exist: malformed wherever it stands. */
  BadPseudo: 6,
  /** Connection-specific (RFC 9113 section 8.2.2) or not a legal field: malformed wherever it stands. */
  Forbidden: 7,
  ContentType: 8,
  ContentLength: 9,
  GrpcTimeout: 10,
  GrpcEncoding: 11,
  GrpcStatus: 12,
  GrpcMessage: 13,
  /** `te: trailers`, and other fields that gRPC itself uses and no handler wants. */
  Reserved: 14,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** What RFC 7541 section 4.1 adds to the octets of an entry. */
export const ENTRY_OVERHEAD = 32;

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  [":method", Kind.Method],
  [":scheme", Kind.Scheme],
  [":path", Kind.Path],
  [":authority", Kind.Authority],
  [":status", Kind.Status],
  ["connection", Kind.Forbidden],
  ["keep-alive", Kind.Forbidden],
  ["proxy-connection", Kind.Forbidden],
  ["transfer-encoding", Kind.Forbidden],
  ["upgrade", Kind.Forbidden],
  ["content-type", Kind.ContentType],
  ["content-length", Kind.ContentLength],
  ["grpc-timeout", Kind.GrpcTimeout],
  ["grpc-encoding", Kind.GrpcEncoding],
  ["grpc-status", Kind.GrpcStatus],
  ["grpc-message", Kind.GrpcMessage],
  ["grpc-accept-encoding", Kind.Reserved],
  ["grpc-message-type", Kind.Reserved],
]);

/** Names are lower-case tokens (RFC 9110 section 5.6.2), which leaves out upper case, blanks, colons and controls. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** Values hold no controls that another protocol would take for the end of a field, and no blank at either end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these controls are what is looked for.
const BAD_VALUE = /[\x00\x0a\x0d]|^[ \t]|[ \t]$/;

export class HeaderField {
  readonly name: string;
  /** One char per octet (latin1). */
  readonly value: string;
  /** Octets in a table, overhead included. */
  readonly size: number;
  readonly kind: Kind;
  /** Sent as never-indexed, so that no table on the way holds it. */
  readonly isSecret: boolean;

  constructor(name: string, value: string, isSecret = false) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + ENTRY_OVERHEAD;
    this.kind = classify(name, value);
    this.isSecret = isSecret;
  }
}

function classify(name: string, value: string): Kind {
  if (BAD_VALUE.test(value)) return Kind.Forbidden;
  const known = KINDS.get(name);
  if (known !== undefined) return known;
  if (name.startsWith(":")) return Kind.BadPseudo;
  if (name === "te") return value === "trailers" ? Kind.Reserved : Kind.Forbidden;
  return NAME.test(name) ? Kind.Metadata : Kind.Forbidden;
}
