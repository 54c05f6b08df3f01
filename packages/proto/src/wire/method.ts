/** What both ends of a call know of its method: the path, who streams, and how messages become bytes. Nothing of a transport. */
import type { Writer } from "./writer.ts";

export type Method<Request, Response> = {
  /** "/package.Service/Method", as it stands on the wire. */
  readonly path: string;
  readonly isClientStreaming: boolean;
  readonly isServerStreaming: boolean;
  readonly encodeRequest: (request: Request) => Uint8Array;
  /** With `writeRequest`: straight into an output buffer, without an array in between. */
  readonly sizeRequest: (request: Request) => number;
  readonly writeRequest: (w: Writer, request: Request) => void;
  /** @throws ProtoError. */
  readonly decodeRequest: (bytes: Uint8Array) => Request;
  readonly encodeResponse: (response: Response) => Uint8Array;
  readonly sizeResponse: (response: Response) => number;
  readonly writeResponse: (w: Writer, response: Response) => void;
  /** @throws ProtoError. */
  readonly decodeResponse: (bytes: Uint8Array) => Response;
};
