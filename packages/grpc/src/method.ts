/** What both ends know of a method: its path, which sides stream, and how messages become bytes. */

export type MethodDescriptor<Req, Res> = {
  /** "/package.Service/Method", exactly as on the wire. */
  readonly path: string;
  readonly isClientStreaming: boolean;
  readonly isServerStreaming: boolean;
  /** Decoders may keep views of what they are given; they throw for what they cannot read. */
  readonly encodeRequest: (request: Req) => Uint8Array;
  readonly decodeRequest: (bytes: Uint8Array) => Req;
  readonly encodeResponse: (response: Res) => Uint8Array;
  readonly decodeResponse: (bytes: Uint8Array) => Res;
};

/** A method whose messages stay bytes: for proxies and tests. */
export function bytesMethod(
  path: string,
  streams: { readonly isClientStreaming: boolean; readonly isServerStreaming: boolean },
): MethodDescriptor<Uint8Array, Uint8Array> {
  const same = (bytes: Uint8Array): Uint8Array => bytes;
  return { path, ...streams, encodeRequest: same, decodeRequest: same, encodeResponse: same, decodeResponse: same };
}
