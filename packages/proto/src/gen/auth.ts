/**
 * The Auth service: switch, users, roles, tokens. Field-compatible with etcdserverpb.
 * Generated from proto/auth.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { type UserAddOptions, readUserAddOptions, sizeUserAddOptions, writeUserAddOptions, type Permission, readPermission, sizePermission, writePermission } from "./authpb.ts";
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** The methods of Auth. */
export const AuthService: {
  readonly authEnable: Method<AuthEnableRequest, AuthEnableResponse>;
  readonly authDisable: Method<AuthDisableRequest, AuthDisableResponse>;
  readonly authStatus: Method<AuthStatusRequest, AuthStatusResponse>;
  readonly authenticate: Method<AuthenticateRequest, AuthenticateResponse>;
  readonly userAdd: Method<AuthUserAddRequest, AuthUserAddResponse>;
  readonly userGet: Method<AuthUserGetRequest, AuthUserGetResponse>;
  readonly userList: Method<AuthUserListRequest, AuthUserListResponse>;
  readonly userDelete: Method<AuthUserDeleteRequest, AuthUserDeleteResponse>;
  readonly userChangePassword: Method<AuthUserChangePasswordRequest, AuthUserChangePasswordResponse>;
  readonly userGrantRole: Method<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse>;
  readonly userRevokeRole: Method<AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse>;
  readonly roleAdd: Method<AuthRoleAddRequest, AuthRoleAddResponse>;
  readonly roleGet: Method<AuthRoleGetRequest, AuthRoleGetResponse>;
  readonly roleList: Method<AuthRoleListRequest, AuthRoleListResponse>;
  readonly roleDelete: Method<AuthRoleDeleteRequest, AuthRoleDeleteResponse>;
  readonly roleGrantPermission: Method<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse>;
  readonly roleRevokePermission: Method<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse>;
} = {
  authEnable: {
    path: "/etcdserverpb.Auth/AuthEnable",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthEnableRequest,
    sizeRequest: sizeAuthEnableRequest,
    writeRequest: writeAuthEnableRequest,
    decodeRequest: decodeAuthEnableRequest,
    encodeResponse: encodeAuthEnableResponse,
    sizeResponse: sizeAuthEnableResponse,
    writeResponse: writeAuthEnableResponse,
    decodeResponse: decodeAuthEnableResponse,
  },
  authDisable: {
    path: "/etcdserverpb.Auth/AuthDisable",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthDisableRequest,
    sizeRequest: sizeAuthDisableRequest,
    writeRequest: writeAuthDisableRequest,
    decodeRequest: decodeAuthDisableRequest,
    encodeResponse: encodeAuthDisableResponse,
    sizeResponse: sizeAuthDisableResponse,
    writeResponse: writeAuthDisableResponse,
    decodeResponse: decodeAuthDisableResponse,
  },
  authStatus: {
    path: "/etcdserverpb.Auth/AuthStatus",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthStatusRequest,
    sizeRequest: sizeAuthStatusRequest,
    writeRequest: writeAuthStatusRequest,
    decodeRequest: decodeAuthStatusRequest,
    encodeResponse: encodeAuthStatusResponse,
    sizeResponse: sizeAuthStatusResponse,
    writeResponse: writeAuthStatusResponse,
    decodeResponse: decodeAuthStatusResponse,
  },
  authenticate: {
    path: "/etcdserverpb.Auth/Authenticate",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthenticateRequest,
    sizeRequest: sizeAuthenticateRequest,
    writeRequest: writeAuthenticateRequest,
    decodeRequest: decodeAuthenticateRequest,
    encodeResponse: encodeAuthenticateResponse,
    sizeResponse: sizeAuthenticateResponse,
    writeResponse: writeAuthenticateResponse,
    decodeResponse: decodeAuthenticateResponse,
  },
  userAdd: {
    path: "/etcdserverpb.Auth/UserAdd",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthUserAddRequest,
    sizeRequest: sizeAuthUserAddRequest,
    writeRequest: writeAuthUserAddRequest,
    decodeRequest: decodeAuthUserAddRequest,
    encodeResponse: encodeAuthUserAddResponse,
    sizeResponse: sizeAuthUserAddResponse,
    writeResponse: writeAuthUserAddResponse,
    decodeResponse: decodeAuthUserAddResponse,
  },
  userGet: {
    path: "/etcdserverpb.Auth/UserGet",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthUserGetRequest,
    sizeRequest: sizeAuthUserGetRequest,
    writeRequest: writeAuthUserGetRequest,
    decodeRequest: decodeAuthUserGetRequest,
    encodeResponse: encodeAuthUserGetResponse,
    sizeResponse: sizeAuthUserGetResponse,
    writeResponse: writeAuthUserGetResponse,
    decodeResponse: decodeAuthUserGetResponse,
  },
  userList: {
    path: "/etcdserverpb.Auth/UserList",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthUserListRequest,
    sizeRequest: sizeAuthUserListRequest,
    writeRequest: writeAuthUserListRequest,
    decodeRequest: decodeAuthUserListRequest,
    encodeResponse: encodeAuthUserListResponse,
    sizeResponse: sizeAuthUserListResponse,
    writeResponse: writeAuthUserListResponse,
    decodeResponse: decodeAuthUserListResponse,
  },
  userDelete: {
    path: "/etcdserverpb.Auth/UserDelete",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthUserDeleteRequest,
    sizeRequest: sizeAuthUserDeleteRequest,
    writeRequest: writeAuthUserDeleteRequest,
    decodeRequest: decodeAuthUserDeleteRequest,
    encodeResponse: encodeAuthUserDeleteResponse,
    sizeResponse: sizeAuthUserDeleteResponse,
    writeResponse: writeAuthUserDeleteResponse,
    decodeResponse: decodeAuthUserDeleteResponse,
  },
  userChangePassword: {
    path: "/etcdserverpb.Auth/UserChangePassword",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthUserChangePasswordRequest,
    sizeRequest: sizeAuthUserChangePasswordRequest,
    writeRequest: writeAuthUserChangePasswordRequest,
    decodeRequest: decodeAuthUserChangePasswordRequest,
    encodeResponse: encodeAuthUserChangePasswordResponse,
    sizeResponse: sizeAuthUserChangePasswordResponse,
    writeResponse: writeAuthUserChangePasswordResponse,
    decodeResponse: decodeAuthUserChangePasswordResponse,
  },
  userGrantRole: {
    path: "/etcdserverpb.Auth/UserGrantRole",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthUserGrantRoleRequest,
    sizeRequest: sizeAuthUserGrantRoleRequest,
    writeRequest: writeAuthUserGrantRoleRequest,
    decodeRequest: decodeAuthUserGrantRoleRequest,
    encodeResponse: encodeAuthUserGrantRoleResponse,
    sizeResponse: sizeAuthUserGrantRoleResponse,
    writeResponse: writeAuthUserGrantRoleResponse,
    decodeResponse: decodeAuthUserGrantRoleResponse,
  },
  userRevokeRole: {
    path: "/etcdserverpb.Auth/UserRevokeRole",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthUserRevokeRoleRequest,
    sizeRequest: sizeAuthUserRevokeRoleRequest,
    writeRequest: writeAuthUserRevokeRoleRequest,
    decodeRequest: decodeAuthUserRevokeRoleRequest,
    encodeResponse: encodeAuthUserRevokeRoleResponse,
    sizeResponse: sizeAuthUserRevokeRoleResponse,
    writeResponse: writeAuthUserRevokeRoleResponse,
    decodeResponse: decodeAuthUserRevokeRoleResponse,
  },
  roleAdd: {
    path: "/etcdserverpb.Auth/RoleAdd",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthRoleAddRequest,
    sizeRequest: sizeAuthRoleAddRequest,
    writeRequest: writeAuthRoleAddRequest,
    decodeRequest: decodeAuthRoleAddRequest,
    encodeResponse: encodeAuthRoleAddResponse,
    sizeResponse: sizeAuthRoleAddResponse,
    writeResponse: writeAuthRoleAddResponse,
    decodeResponse: decodeAuthRoleAddResponse,
  },
  roleGet: {
    path: "/etcdserverpb.Auth/RoleGet",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthRoleGetRequest,
    sizeRequest: sizeAuthRoleGetRequest,
    writeRequest: writeAuthRoleGetRequest,
    decodeRequest: decodeAuthRoleGetRequest,
    encodeResponse: encodeAuthRoleGetResponse,
    sizeResponse: sizeAuthRoleGetResponse,
    writeResponse: writeAuthRoleGetResponse,
    decodeResponse: decodeAuthRoleGetResponse,
  },
  roleList: {
    path: "/etcdserverpb.Auth/RoleList",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthRoleListRequest,
    sizeRequest: sizeAuthRoleListRequest,
    writeRequest: writeAuthRoleListRequest,
    decodeRequest: decodeAuthRoleListRequest,
    encodeResponse: encodeAuthRoleListResponse,
    sizeResponse: sizeAuthRoleListResponse,
    writeResponse: writeAuthRoleListResponse,
    decodeResponse: decodeAuthRoleListResponse,
  },
  roleDelete: {
    path: "/etcdserverpb.Auth/RoleDelete",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthRoleDeleteRequest,
    sizeRequest: sizeAuthRoleDeleteRequest,
    writeRequest: writeAuthRoleDeleteRequest,
    decodeRequest: decodeAuthRoleDeleteRequest,
    encodeResponse: encodeAuthRoleDeleteResponse,
    sizeResponse: sizeAuthRoleDeleteResponse,
    writeResponse: writeAuthRoleDeleteResponse,
    decodeResponse: decodeAuthRoleDeleteResponse,
  },
  roleGrantPermission: {
    path: "/etcdserverpb.Auth/RoleGrantPermission",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthRoleGrantPermissionRequest,
    sizeRequest: sizeAuthRoleGrantPermissionRequest,
    writeRequest: writeAuthRoleGrantPermissionRequest,
    decodeRequest: decodeAuthRoleGrantPermissionRequest,
    encodeResponse: encodeAuthRoleGrantPermissionResponse,
    sizeResponse: sizeAuthRoleGrantPermissionResponse,
    writeResponse: writeAuthRoleGrantPermissionResponse,
    decodeResponse: decodeAuthRoleGrantPermissionResponse,
  },
  roleRevokePermission: {
    path: "/etcdserverpb.Auth/RoleRevokePermission",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAuthRoleRevokePermissionRequest,
    sizeRequest: sizeAuthRoleRevokePermissionRequest,
    writeRequest: writeAuthRoleRevokePermissionRequest,
    decodeRequest: decodeAuthRoleRevokePermissionRequest,
    encodeResponse: encodeAuthRoleRevokePermissionResponse,
    sizeResponse: sizeAuthRoleRevokePermissionResponse,
    writeResponse: writeAuthRoleRevokePermissionResponse,
    decodeResponse: decodeAuthRoleRevokePermissionResponse,
  },
};

export type AuthEnableRequest = Record<never, never>;

/** The AuthEnableRequest. */
export function newAuthEnableRequest(): AuthEnableRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeAuthEnableRequest(_x: AuthEnableRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeAuthEnableRequest` bytes. */
export function writeAuthEnableRequest(_w: Writer, _x: AuthEnableRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthEnableRequest(r: Reader): AuthEnableRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthEnableRequest(x: AuthEnableRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthEnableRequest(x));
  writeAuthEnableRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthEnableRequest(bytes: Uint8Array): AuthEnableRequest {
  return readAuthEnableRequest(new Reader(bytes));
}

export type AuthEnableResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthEnableResponse with defaults for what `init` leaves out. */
export function newAuthEnableResponse(init: Partial<AuthEnableResponse> = {}): AuthEnableResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthEnableResponse(x: AuthEnableResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthEnableResponse` bytes. */
export function writeAuthEnableResponse(w: Writer, x: AuthEnableResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthEnableResponse(r: Reader): AuthEnableResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthEnableResponse(x: AuthEnableResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthEnableResponse(x));
  writeAuthEnableResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthEnableResponse(bytes: Uint8Array): AuthEnableResponse {
  return readAuthEnableResponse(new Reader(bytes));
}

export type AuthDisableRequest = Record<never, never>;

/** The AuthDisableRequest. */
export function newAuthDisableRequest(): AuthDisableRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeAuthDisableRequest(_x: AuthDisableRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeAuthDisableRequest` bytes. */
export function writeAuthDisableRequest(_w: Writer, _x: AuthDisableRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthDisableRequest(r: Reader): AuthDisableRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthDisableRequest(x: AuthDisableRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthDisableRequest(x));
  writeAuthDisableRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthDisableRequest(bytes: Uint8Array): AuthDisableRequest {
  return readAuthDisableRequest(new Reader(bytes));
}

export type AuthDisableResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthDisableResponse with defaults for what `init` leaves out. */
export function newAuthDisableResponse(init: Partial<AuthDisableResponse> = {}): AuthDisableResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthDisableResponse(x: AuthDisableResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthDisableResponse` bytes. */
export function writeAuthDisableResponse(w: Writer, x: AuthDisableResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthDisableResponse(r: Reader): AuthDisableResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthDisableResponse(x: AuthDisableResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthDisableResponse(x));
  writeAuthDisableResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthDisableResponse(bytes: Uint8Array): AuthDisableResponse {
  return readAuthDisableResponse(new Reader(bytes));
}

export type AuthStatusRequest = Record<never, never>;

/** The AuthStatusRequest. */
export function newAuthStatusRequest(): AuthStatusRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeAuthStatusRequest(_x: AuthStatusRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeAuthStatusRequest` bytes. */
export function writeAuthStatusRequest(_w: Writer, _x: AuthStatusRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthStatusRequest(r: Reader): AuthStatusRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthStatusRequest(x: AuthStatusRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthStatusRequest(x));
  writeAuthStatusRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthStatusRequest(bytes: Uint8Array): AuthStatusRequest {
  return readAuthStatusRequest(new Reader(bytes));
}

export type AuthStatusResponse = {
  header: ResponseHeader | undefined;
  enabled: boolean;
  authRevision: number;
};

/** An AuthStatusResponse with defaults for what `init` leaves out. */
export function newAuthStatusResponse(init: Partial<AuthStatusResponse> = {}): AuthStatusResponse {
  return {
    header: init.header,
    enabled: init.enabled ?? false,
    authRevision: init.authRevision ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeAuthStatusResponse(x: AuthStatusResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.enabled) size += 2;
  if (x.authRevision !== 0) size += 1 + sizeNumber(x.authRevision);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthStatusResponse` bytes. */
export function writeAuthStatusResponse(w: Writer, x: AuthStatusResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.enabled) {
    w.number(16);
    w.bool(x.enabled);
  }
  if (x.authRevision !== 0) {
    w.number(24);
    w.number(x.authRevision);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthStatusResponse(r: Reader): AuthStatusResponse {
  let header: ResponseHeader | undefined;
  let enabled = false;
  let authRevision = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        enabled = r.bool();
        break;
      case 24:
        authRevision = r.number();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    header,
    enabled,
    authRevision,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthStatusResponse(x: AuthStatusResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthStatusResponse(x));
  writeAuthStatusResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthStatusResponse(bytes: Uint8Array): AuthStatusResponse {
  return readAuthStatusResponse(new Reader(bytes));
}

export type AuthenticateRequest = {
  name: string;
  password: string;
};

/** An AuthenticateRequest with defaults for what `init` leaves out. */
export function newAuthenticateRequest(init: Partial<AuthenticateRequest> = {}): AuthenticateRequest {
  return {
    name: init.name ?? "",
    password: init.password ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthenticateRequest(x: AuthenticateRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  if (x.password !== "") size += 1 + sizeString(x.password);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthenticateRequest` bytes. */
export function writeAuthenticateRequest(w: Writer, x: AuthenticateRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
  if (x.password !== "") {
    w.number(18);
    w.string(x.password);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthenticateRequest(r: Reader): AuthenticateRequest {
  let name = "";
  let password = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      case 18:
        password = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    name,
    password,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthenticateRequest(x: AuthenticateRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthenticateRequest(x));
  writeAuthenticateRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthenticateRequest(bytes: Uint8Array): AuthenticateRequest {
  return readAuthenticateRequest(new Reader(bytes));
}

export type AuthenticateResponse = {
  header: ResponseHeader | undefined;
  token: string;
};

/** An AuthenticateResponse with defaults for what `init` leaves out. */
export function newAuthenticateResponse(init: Partial<AuthenticateResponse> = {}): AuthenticateResponse {
  return {
    header: init.header,
    token: init.token ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthenticateResponse(x: AuthenticateResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.token !== "") size += 1 + sizeString(x.token);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthenticateResponse` bytes. */
export function writeAuthenticateResponse(w: Writer, x: AuthenticateResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.token !== "") {
    w.number(18);
    w.string(x.token);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthenticateResponse(r: Reader): AuthenticateResponse {
  let header: ResponseHeader | undefined;
  let token = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18:
        token = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    token,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthenticateResponse(x: AuthenticateResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthenticateResponse(x));
  writeAuthenticateResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthenticateResponse(bytes: Uint8Array): AuthenticateResponse {
  return readAuthenticateResponse(new Reader(bytes));
}

export type AuthUserAddRequest = {
  name: string;
  password: string;
  options: UserAddOptions | undefined;
  /** Base64 of the bcrypt hash: what goes through the log instead of the password. */
  hashedPassword: string;
};

/** An AuthUserAddRequest with defaults for what `init` leaves out. */
export function newAuthUserAddRequest(init: Partial<AuthUserAddRequest> = {}): AuthUserAddRequest {
  return {
    name: init.name ?? "",
    password: init.password ?? "",
    options: init.options,
    hashedPassword: init.hashedPassword ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserAddRequest(x: AuthUserAddRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  if (x.password !== "") size += 1 + sizeString(x.password);
  if (x.options !== undefined) {
    const length = sizeUserAddOptions(x.options);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.hashedPassword !== "") size += 1 + sizeString(x.hashedPassword);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserAddRequest` bytes. */
export function writeAuthUserAddRequest(w: Writer, x: AuthUserAddRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
  if (x.password !== "") {
    w.number(18);
    w.string(x.password);
  }
  if (x.options !== undefined) {
    w.number(26);
    w.number(sizeUserAddOptions(x.options));
    writeUserAddOptions(w, x.options);
  }
  if (x.hashedPassword !== "") {
    w.number(34);
    w.string(x.hashedPassword);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserAddRequest(r: Reader): AuthUserAddRequest {
  let name = "";
  let password = "";
  let options: UserAddOptions | undefined;
  let hashedPassword = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      case 18:
        password = r.string();
        break;
      case 26: {
        const outer = r.enter();
        options = readUserAddOptions(r);
        r.leave(outer);
        break;
      }
      case 34:
        hashedPassword = r.string();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    name,
    password,
    options,
    hashedPassword,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserAddRequest(x: AuthUserAddRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserAddRequest(x));
  writeAuthUserAddRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserAddRequest(bytes: Uint8Array): AuthUserAddRequest {
  return readAuthUserAddRequest(new Reader(bytes));
}

export type AuthUserAddResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthUserAddResponse with defaults for what `init` leaves out. */
export function newAuthUserAddResponse(init: Partial<AuthUserAddResponse> = {}): AuthUserAddResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserAddResponse(x: AuthUserAddResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserAddResponse` bytes. */
export function writeAuthUserAddResponse(w: Writer, x: AuthUserAddResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserAddResponse(r: Reader): AuthUserAddResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserAddResponse(x: AuthUserAddResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserAddResponse(x));
  writeAuthUserAddResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserAddResponse(bytes: Uint8Array): AuthUserAddResponse {
  return readAuthUserAddResponse(new Reader(bytes));
}

export type AuthUserGetRequest = {
  name: string;
};

/** An AuthUserGetRequest with defaults for what `init` leaves out. */
export function newAuthUserGetRequest(init: Partial<AuthUserGetRequest> = {}): AuthUserGetRequest {
  return {
    name: init.name ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserGetRequest(x: AuthUserGetRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserGetRequest` bytes. */
export function writeAuthUserGetRequest(w: Writer, x: AuthUserGetRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserGetRequest(r: Reader): AuthUserGetRequest {
  let name = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    name,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserGetRequest(x: AuthUserGetRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserGetRequest(x));
  writeAuthUserGetRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserGetRequest(bytes: Uint8Array): AuthUserGetRequest {
  return readAuthUserGetRequest(new Reader(bytes));
}

export type AuthUserGetResponse = {
  header: ResponseHeader | undefined;
  roles: string[];
};

/** An AuthUserGetResponse with defaults for what `init` leaves out. */
export function newAuthUserGetResponse(init: Partial<AuthUserGetResponse> = {}): AuthUserGetResponse {
  return {
    header: init.header,
    roles: init.roles ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserGetResponse(x: AuthUserGetResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.roles.length; i++) size += 1 + sizeString(x.roles[i]!);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserGetResponse` bytes. */
export function writeAuthUserGetResponse(w: Writer, x: AuthUserGetResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.roles.length; i++) {
    w.number(18);
    w.string(x.roles[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserGetResponse(r: Reader): AuthUserGetResponse {
  let header: ResponseHeader | undefined;
  const roles: string[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18:
        roles.push(r.string());
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    roles,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserGetResponse(x: AuthUserGetResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserGetResponse(x));
  writeAuthUserGetResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserGetResponse(bytes: Uint8Array): AuthUserGetResponse {
  return readAuthUserGetResponse(new Reader(bytes));
}

export type AuthUserDeleteRequest = {
  name: string;
};

/** An AuthUserDeleteRequest with defaults for what `init` leaves out. */
export function newAuthUserDeleteRequest(init: Partial<AuthUserDeleteRequest> = {}): AuthUserDeleteRequest {
  return {
    name: init.name ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserDeleteRequest(x: AuthUserDeleteRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserDeleteRequest` bytes. */
export function writeAuthUserDeleteRequest(w: Writer, x: AuthUserDeleteRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserDeleteRequest(r: Reader): AuthUserDeleteRequest {
  let name = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    name,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserDeleteRequest(x: AuthUserDeleteRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserDeleteRequest(x));
  writeAuthUserDeleteRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserDeleteRequest(bytes: Uint8Array): AuthUserDeleteRequest {
  return readAuthUserDeleteRequest(new Reader(bytes));
}

export type AuthUserDeleteResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthUserDeleteResponse with defaults for what `init` leaves out. */
export function newAuthUserDeleteResponse(init: Partial<AuthUserDeleteResponse> = {}): AuthUserDeleteResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserDeleteResponse(x: AuthUserDeleteResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserDeleteResponse` bytes. */
export function writeAuthUserDeleteResponse(w: Writer, x: AuthUserDeleteResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserDeleteResponse(r: Reader): AuthUserDeleteResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserDeleteResponse(x: AuthUserDeleteResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserDeleteResponse(x));
  writeAuthUserDeleteResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserDeleteResponse(bytes: Uint8Array): AuthUserDeleteResponse {
  return readAuthUserDeleteResponse(new Reader(bytes));
}

export type AuthUserChangePasswordRequest = {
  name: string;
  password: string;
  /** As in AuthUserAddRequest. */
  hashedPassword: string;
};

/** An AuthUserChangePasswordRequest with defaults for what `init` leaves out. */
export function newAuthUserChangePasswordRequest(init: Partial<AuthUserChangePasswordRequest> = {}): AuthUserChangePasswordRequest {
  return {
    name: init.name ?? "",
    password: init.password ?? "",
    hashedPassword: init.hashedPassword ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserChangePasswordRequest(x: AuthUserChangePasswordRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  if (x.password !== "") size += 1 + sizeString(x.password);
  if (x.hashedPassword !== "") size += 1 + sizeString(x.hashedPassword);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserChangePasswordRequest` bytes. */
export function writeAuthUserChangePasswordRequest(w: Writer, x: AuthUserChangePasswordRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
  if (x.password !== "") {
    w.number(18);
    w.string(x.password);
  }
  if (x.hashedPassword !== "") {
    w.number(26);
    w.string(x.hashedPassword);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserChangePasswordRequest(r: Reader): AuthUserChangePasswordRequest {
  let name = "";
  let password = "";
  let hashedPassword = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      case 18:
        password = r.string();
        break;
      case 26:
        hashedPassword = r.string();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    name,
    password,
    hashedPassword,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserChangePasswordRequest(x: AuthUserChangePasswordRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserChangePasswordRequest(x));
  writeAuthUserChangePasswordRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserChangePasswordRequest(bytes: Uint8Array): AuthUserChangePasswordRequest {
  return readAuthUserChangePasswordRequest(new Reader(bytes));
}

export type AuthUserChangePasswordResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthUserChangePasswordResponse with defaults for what `init` leaves out. */
export function newAuthUserChangePasswordResponse(init: Partial<AuthUserChangePasswordResponse> = {}): AuthUserChangePasswordResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserChangePasswordResponse(x: AuthUserChangePasswordResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserChangePasswordResponse` bytes. */
export function writeAuthUserChangePasswordResponse(w: Writer, x: AuthUserChangePasswordResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserChangePasswordResponse(r: Reader): AuthUserChangePasswordResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserChangePasswordResponse(x: AuthUserChangePasswordResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserChangePasswordResponse(x));
  writeAuthUserChangePasswordResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserChangePasswordResponse(bytes: Uint8Array): AuthUserChangePasswordResponse {
  return readAuthUserChangePasswordResponse(new Reader(bytes));
}

export type AuthUserGrantRoleRequest = {
  user: string;
  role: string;
};

/** An AuthUserGrantRoleRequest with defaults for what `init` leaves out. */
export function newAuthUserGrantRoleRequest(init: Partial<AuthUserGrantRoleRequest> = {}): AuthUserGrantRoleRequest {
  return {
    user: init.user ?? "",
    role: init.role ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserGrantRoleRequest(x: AuthUserGrantRoleRequest): number {
  let size = 0;
  if (x.user !== "") size += 1 + sizeString(x.user);
  if (x.role !== "") size += 1 + sizeString(x.role);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserGrantRoleRequest` bytes. */
export function writeAuthUserGrantRoleRequest(w: Writer, x: AuthUserGrantRoleRequest): void {
  if (x.user !== "") {
    w.number(10);
    w.string(x.user);
  }
  if (x.role !== "") {
    w.number(18);
    w.string(x.role);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserGrantRoleRequest(r: Reader): AuthUserGrantRoleRequest {
  let user = "";
  let role = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        user = r.string();
        break;
      case 18:
        role = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    user,
    role,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserGrantRoleRequest(x: AuthUserGrantRoleRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserGrantRoleRequest(x));
  writeAuthUserGrantRoleRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserGrantRoleRequest(bytes: Uint8Array): AuthUserGrantRoleRequest {
  return readAuthUserGrantRoleRequest(new Reader(bytes));
}

export type AuthUserGrantRoleResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthUserGrantRoleResponse with defaults for what `init` leaves out. */
export function newAuthUserGrantRoleResponse(init: Partial<AuthUserGrantRoleResponse> = {}): AuthUserGrantRoleResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserGrantRoleResponse(x: AuthUserGrantRoleResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserGrantRoleResponse` bytes. */
export function writeAuthUserGrantRoleResponse(w: Writer, x: AuthUserGrantRoleResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserGrantRoleResponse(r: Reader): AuthUserGrantRoleResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserGrantRoleResponse(x: AuthUserGrantRoleResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserGrantRoleResponse(x));
  writeAuthUserGrantRoleResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserGrantRoleResponse(bytes: Uint8Array): AuthUserGrantRoleResponse {
  return readAuthUserGrantRoleResponse(new Reader(bytes));
}

export type AuthUserRevokeRoleRequest = {
  name: string;
  role: string;
};

/** An AuthUserRevokeRoleRequest with defaults for what `init` leaves out. */
export function newAuthUserRevokeRoleRequest(init: Partial<AuthUserRevokeRoleRequest> = {}): AuthUserRevokeRoleRequest {
  return {
    name: init.name ?? "",
    role: init.role ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserRevokeRoleRequest(x: AuthUserRevokeRoleRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  if (x.role !== "") size += 1 + sizeString(x.role);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserRevokeRoleRequest` bytes. */
export function writeAuthUserRevokeRoleRequest(w: Writer, x: AuthUserRevokeRoleRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
  if (x.role !== "") {
    w.number(18);
    w.string(x.role);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserRevokeRoleRequest(r: Reader): AuthUserRevokeRoleRequest {
  let name = "";
  let role = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      case 18:
        role = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    name,
    role,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserRevokeRoleRequest(x: AuthUserRevokeRoleRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserRevokeRoleRequest(x));
  writeAuthUserRevokeRoleRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserRevokeRoleRequest(bytes: Uint8Array): AuthUserRevokeRoleRequest {
  return readAuthUserRevokeRoleRequest(new Reader(bytes));
}

export type AuthUserRevokeRoleResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthUserRevokeRoleResponse with defaults for what `init` leaves out. */
export function newAuthUserRevokeRoleResponse(init: Partial<AuthUserRevokeRoleResponse> = {}): AuthUserRevokeRoleResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserRevokeRoleResponse(x: AuthUserRevokeRoleResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserRevokeRoleResponse` bytes. */
export function writeAuthUserRevokeRoleResponse(w: Writer, x: AuthUserRevokeRoleResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserRevokeRoleResponse(r: Reader): AuthUserRevokeRoleResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserRevokeRoleResponse(x: AuthUserRevokeRoleResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserRevokeRoleResponse(x));
  writeAuthUserRevokeRoleResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserRevokeRoleResponse(bytes: Uint8Array): AuthUserRevokeRoleResponse {
  return readAuthUserRevokeRoleResponse(new Reader(bytes));
}

export type AuthUserListRequest = Record<never, never>;

/** The AuthUserListRequest. */
export function newAuthUserListRequest(): AuthUserListRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeAuthUserListRequest(_x: AuthUserListRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserListRequest` bytes. */
export function writeAuthUserListRequest(_w: Writer, _x: AuthUserListRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserListRequest(r: Reader): AuthUserListRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserListRequest(x: AuthUserListRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserListRequest(x));
  writeAuthUserListRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserListRequest(bytes: Uint8Array): AuthUserListRequest {
  return readAuthUserListRequest(new Reader(bytes));
}

export type AuthUserListResponse = {
  header: ResponseHeader | undefined;
  users: string[];
};

/** An AuthUserListResponse with defaults for what `init` leaves out. */
export function newAuthUserListResponse(init: Partial<AuthUserListResponse> = {}): AuthUserListResponse {
  return {
    header: init.header,
    users: init.users ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeAuthUserListResponse(x: AuthUserListResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.users.length; i++) size += 1 + sizeString(x.users[i]!);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthUserListResponse` bytes. */
export function writeAuthUserListResponse(w: Writer, x: AuthUserListResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.users.length; i++) {
    w.number(18);
    w.string(x.users[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthUserListResponse(r: Reader): AuthUserListResponse {
  let header: ResponseHeader | undefined;
  const users: string[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18:
        users.push(r.string());
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    users,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthUserListResponse(x: AuthUserListResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthUserListResponse(x));
  writeAuthUserListResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthUserListResponse(bytes: Uint8Array): AuthUserListResponse {
  return readAuthUserListResponse(new Reader(bytes));
}

export type AuthRoleAddRequest = {
  name: string;
};

/** An AuthRoleAddRequest with defaults for what `init` leaves out. */
export function newAuthRoleAddRequest(init: Partial<AuthRoleAddRequest> = {}): AuthRoleAddRequest {
  return {
    name: init.name ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleAddRequest(x: AuthRoleAddRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleAddRequest` bytes. */
export function writeAuthRoleAddRequest(w: Writer, x: AuthRoleAddRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleAddRequest(r: Reader): AuthRoleAddRequest {
  let name = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    name,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleAddRequest(x: AuthRoleAddRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleAddRequest(x));
  writeAuthRoleAddRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleAddRequest(bytes: Uint8Array): AuthRoleAddRequest {
  return readAuthRoleAddRequest(new Reader(bytes));
}

export type AuthRoleAddResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthRoleAddResponse with defaults for what `init` leaves out. */
export function newAuthRoleAddResponse(init: Partial<AuthRoleAddResponse> = {}): AuthRoleAddResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleAddResponse(x: AuthRoleAddResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleAddResponse` bytes. */
export function writeAuthRoleAddResponse(w: Writer, x: AuthRoleAddResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleAddResponse(r: Reader): AuthRoleAddResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleAddResponse(x: AuthRoleAddResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleAddResponse(x));
  writeAuthRoleAddResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleAddResponse(bytes: Uint8Array): AuthRoleAddResponse {
  return readAuthRoleAddResponse(new Reader(bytes));
}

export type AuthRoleGetRequest = {
  role: string;
};

/** An AuthRoleGetRequest with defaults for what `init` leaves out. */
export function newAuthRoleGetRequest(init: Partial<AuthRoleGetRequest> = {}): AuthRoleGetRequest {
  return {
    role: init.role ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleGetRequest(x: AuthRoleGetRequest): number {
  let size = 0;
  if (x.role !== "") size += 1 + sizeString(x.role);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleGetRequest` bytes. */
export function writeAuthRoleGetRequest(w: Writer, x: AuthRoleGetRequest): void {
  if (x.role !== "") {
    w.number(10);
    w.string(x.role);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleGetRequest(r: Reader): AuthRoleGetRequest {
  let role = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        role = r.string();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    role,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleGetRequest(x: AuthRoleGetRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleGetRequest(x));
  writeAuthRoleGetRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleGetRequest(bytes: Uint8Array): AuthRoleGetRequest {
  return readAuthRoleGetRequest(new Reader(bytes));
}

export type AuthRoleGetResponse = {
  header: ResponseHeader | undefined;
  perm: Permission[];
};

/** An AuthRoleGetResponse with defaults for what `init` leaves out. */
export function newAuthRoleGetResponse(init: Partial<AuthRoleGetResponse> = {}): AuthRoleGetResponse {
  return {
    header: init.header,
    perm: init.perm ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleGetResponse(x: AuthRoleGetResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.perm.length; i++) {
    const length = sizePermission(x.perm[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleGetResponse` bytes. */
export function writeAuthRoleGetResponse(w: Writer, x: AuthRoleGetResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.perm.length; i++) {
    w.number(18);
    w.number(sizePermission(x.perm[i]!));
    writePermission(w, x.perm[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleGetResponse(r: Reader): AuthRoleGetResponse {
  let header: ResponseHeader | undefined;
  const perm: Permission[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        perm.push(readPermission(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    perm,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleGetResponse(x: AuthRoleGetResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleGetResponse(x));
  writeAuthRoleGetResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleGetResponse(bytes: Uint8Array): AuthRoleGetResponse {
  return readAuthRoleGetResponse(new Reader(bytes));
}

export type AuthRoleListRequest = Record<never, never>;

/** The AuthRoleListRequest. */
export function newAuthRoleListRequest(): AuthRoleListRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeAuthRoleListRequest(_x: AuthRoleListRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleListRequest` bytes. */
export function writeAuthRoleListRequest(_w: Writer, _x: AuthRoleListRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleListRequest(r: Reader): AuthRoleListRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleListRequest(x: AuthRoleListRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleListRequest(x));
  writeAuthRoleListRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleListRequest(bytes: Uint8Array): AuthRoleListRequest {
  return readAuthRoleListRequest(new Reader(bytes));
}

export type AuthRoleListResponse = {
  header: ResponseHeader | undefined;
  roles: string[];
};

/** An AuthRoleListResponse with defaults for what `init` leaves out. */
export function newAuthRoleListResponse(init: Partial<AuthRoleListResponse> = {}): AuthRoleListResponse {
  return {
    header: init.header,
    roles: init.roles ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleListResponse(x: AuthRoleListResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.roles.length; i++) size += 1 + sizeString(x.roles[i]!);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleListResponse` bytes. */
export function writeAuthRoleListResponse(w: Writer, x: AuthRoleListResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.roles.length; i++) {
    w.number(18);
    w.string(x.roles[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleListResponse(r: Reader): AuthRoleListResponse {
  let header: ResponseHeader | undefined;
  const roles: string[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18:
        roles.push(r.string());
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    roles,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleListResponse(x: AuthRoleListResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleListResponse(x));
  writeAuthRoleListResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleListResponse(bytes: Uint8Array): AuthRoleListResponse {
  return readAuthRoleListResponse(new Reader(bytes));
}

export type AuthRoleDeleteRequest = {
  role: string;
};

/** An AuthRoleDeleteRequest with defaults for what `init` leaves out. */
export function newAuthRoleDeleteRequest(init: Partial<AuthRoleDeleteRequest> = {}): AuthRoleDeleteRequest {
  return {
    role: init.role ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleDeleteRequest(x: AuthRoleDeleteRequest): number {
  let size = 0;
  if (x.role !== "") size += 1 + sizeString(x.role);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleDeleteRequest` bytes. */
export function writeAuthRoleDeleteRequest(w: Writer, x: AuthRoleDeleteRequest): void {
  if (x.role !== "") {
    w.number(10);
    w.string(x.role);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleDeleteRequest(r: Reader): AuthRoleDeleteRequest {
  let role = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        role = r.string();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    role,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleDeleteRequest(x: AuthRoleDeleteRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleDeleteRequest(x));
  writeAuthRoleDeleteRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleDeleteRequest(bytes: Uint8Array): AuthRoleDeleteRequest {
  return readAuthRoleDeleteRequest(new Reader(bytes));
}

export type AuthRoleDeleteResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthRoleDeleteResponse with defaults for what `init` leaves out. */
export function newAuthRoleDeleteResponse(init: Partial<AuthRoleDeleteResponse> = {}): AuthRoleDeleteResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleDeleteResponse(x: AuthRoleDeleteResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleDeleteResponse` bytes. */
export function writeAuthRoleDeleteResponse(w: Writer, x: AuthRoleDeleteResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleDeleteResponse(r: Reader): AuthRoleDeleteResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleDeleteResponse(x: AuthRoleDeleteResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleDeleteResponse(x));
  writeAuthRoleDeleteResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleDeleteResponse(bytes: Uint8Array): AuthRoleDeleteResponse {
  return readAuthRoleDeleteResponse(new Reader(bytes));
}

export type AuthRoleGrantPermissionRequest = {
  name: string;
  perm: Permission | undefined;
};

/** An AuthRoleGrantPermissionRequest with defaults for what `init` leaves out. */
export function newAuthRoleGrantPermissionRequest(init: Partial<AuthRoleGrantPermissionRequest> = {}): AuthRoleGrantPermissionRequest {
  return {
    name: init.name ?? "",
    perm: init.perm,
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleGrantPermissionRequest(x: AuthRoleGrantPermissionRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  if (x.perm !== undefined) {
    const length = sizePermission(x.perm);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleGrantPermissionRequest` bytes. */
export function writeAuthRoleGrantPermissionRequest(w: Writer, x: AuthRoleGrantPermissionRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
  if (x.perm !== undefined) {
    w.number(18);
    w.number(sizePermission(x.perm));
    writePermission(w, x.perm);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleGrantPermissionRequest(r: Reader): AuthRoleGrantPermissionRequest {
  let name = "";
  let perm: Permission | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      case 18: {
        const outer = r.enter();
        perm = readPermission(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    name,
    perm,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleGrantPermissionRequest(x: AuthRoleGrantPermissionRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleGrantPermissionRequest(x));
  writeAuthRoleGrantPermissionRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleGrantPermissionRequest(bytes: Uint8Array): AuthRoleGrantPermissionRequest {
  return readAuthRoleGrantPermissionRequest(new Reader(bytes));
}

export type AuthRoleGrantPermissionResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthRoleGrantPermissionResponse with defaults for what `init` leaves out. */
export function newAuthRoleGrantPermissionResponse(init: Partial<AuthRoleGrantPermissionResponse> = {}): AuthRoleGrantPermissionResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleGrantPermissionResponse(x: AuthRoleGrantPermissionResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleGrantPermissionResponse` bytes. */
export function writeAuthRoleGrantPermissionResponse(w: Writer, x: AuthRoleGrantPermissionResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleGrantPermissionResponse(r: Reader): AuthRoleGrantPermissionResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleGrantPermissionResponse(x: AuthRoleGrantPermissionResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleGrantPermissionResponse(x));
  writeAuthRoleGrantPermissionResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleGrantPermissionResponse(bytes: Uint8Array): AuthRoleGrantPermissionResponse {
  return readAuthRoleGrantPermissionResponse(new Reader(bytes));
}

export type AuthRoleRevokePermissionRequest = {
  role: string;
  key: Uint8Array;
  rangeEnd: Uint8Array;
};

/** An AuthRoleRevokePermissionRequest with defaults for what `init` leaves out. */
export function newAuthRoleRevokePermissionRequest(init: Partial<AuthRoleRevokePermissionRequest> = {}): AuthRoleRevokePermissionRequest {
  return {
    role: init.role ?? "",
    key: init.key ?? EMPTY_BYTES,
    rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleRevokePermissionRequest(x: AuthRoleRevokePermissionRequest): number {
  let size = 0;
  if (x.role !== "") size += 1 + sizeString(x.role);
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.rangeEnd.length !== 0) size += 1 + sizeNumber(x.rangeEnd.length) + x.rangeEnd.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleRevokePermissionRequest` bytes. */
export function writeAuthRoleRevokePermissionRequest(w: Writer, x: AuthRoleRevokePermissionRequest): void {
  if (x.role !== "") {
    w.number(10);
    w.string(x.role);
  }
  if (x.key.length !== 0) {
    w.number(18);
    w.view(x.key);
  }
  if (x.rangeEnd.length !== 0) {
    w.number(26);
    w.view(x.rangeEnd);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleRevokePermissionRequest(r: Reader): AuthRoleRevokePermissionRequest {
  let role = "";
  let key: Uint8Array = EMPTY_BYTES;
  let rangeEnd: Uint8Array = EMPTY_BYTES;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        role = r.string();
        break;
      case 18:
        key = r.view();
        break;
      case 26:
        rangeEnd = r.view();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    role,
    key,
    rangeEnd,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleRevokePermissionRequest(x: AuthRoleRevokePermissionRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleRevokePermissionRequest(x));
  writeAuthRoleRevokePermissionRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleRevokePermissionRequest(bytes: Uint8Array): AuthRoleRevokePermissionRequest {
  return readAuthRoleRevokePermissionRequest(new Reader(bytes));
}

export type AuthRoleRevokePermissionResponse = {
  header: ResponseHeader | undefined;
};

/** An AuthRoleRevokePermissionResponse with defaults for what `init` leaves out. */
export function newAuthRoleRevokePermissionResponse(init: Partial<AuthRoleRevokePermissionResponse> = {}): AuthRoleRevokePermissionResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeAuthRoleRevokePermissionResponse(x: AuthRoleRevokePermissionResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAuthRoleRevokePermissionResponse` bytes. */
export function writeAuthRoleRevokePermissionResponse(w: Writer, x: AuthRoleRevokePermissionResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAuthRoleRevokePermissionResponse(r: Reader): AuthRoleRevokePermissionResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAuthRoleRevokePermissionResponse(x: AuthRoleRevokePermissionResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAuthRoleRevokePermissionResponse(x));
  writeAuthRoleRevokePermissionResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAuthRoleRevokePermissionResponse(bytes: Uint8Array): AuthRoleRevokePermissionResponse {
  return readAuthRoleRevokePermissionResponse(new Reader(bytes));
}
