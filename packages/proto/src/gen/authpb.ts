/**
 * Users, roles and permissions as they are stored, field-compatible with etcd's authpb.
 * Generated from proto/authpb.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { Reader } from "../wire/reader.ts";
import { sizeInt, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

export type UserAddOptions = {
  /** The user is known by its certificate only. */
  noPassword: boolean;
};

/** An UserAddOptions with defaults for what `init` leaves out. */
export function newUserAddOptions(init: Partial<UserAddOptions> = {}): UserAddOptions {
  return {
    noPassword: init.noPassword ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeUserAddOptions(x: UserAddOptions): number {
  let size = 0;
  if (x.noPassword) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeUserAddOptions` bytes. */
export function writeUserAddOptions(w: Writer, x: UserAddOptions): void {
  if (x.noPassword) {
    w.number(8);
    w.bool(x.noPassword);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readUserAddOptions(r: Reader): UserAddOptions {
  let noPassword = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        noPassword = r.bool();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    noPassword,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeUserAddOptions(x: UserAddOptions): Uint8Array {
  const bytes = new Uint8Array(sizeUserAddOptions(x));
  writeUserAddOptions(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeUserAddOptions(bytes: Uint8Array): UserAddOptions {
  return readUserAddOptions(new Reader(bytes));
}

export type User = {
  name: Uint8Array;
  /** A bcrypt hash. */
  password: Uint8Array;
  roles: string[];
  options: UserAddOptions | undefined;
};

/** An User with defaults for what `init` leaves out. */
export function newUser(init: Partial<User> = {}): User {
  return {
    name: init.name ?? EMPTY_BYTES,
    password: init.password ?? EMPTY_BYTES,
    roles: init.roles ?? [],
    options: init.options,
  };
}

/** Encoded length in bytes. */
export function sizeUser(x: User): number {
  let size = 0;
  if (x.name.length !== 0) size += 1 + sizeNumber(x.name.length) + x.name.length;
  if (x.password.length !== 0) size += 1 + sizeNumber(x.password.length) + x.password.length;
  for (let i = 0; i < x.roles.length; i++) size += 1 + sizeString(x.roles[i]!);
  if (x.options !== undefined) {
    const length = sizeUserAddOptions(x.options);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeUser` bytes. */
export function writeUser(w: Writer, x: User): void {
  if (x.name.length !== 0) {
    w.number(10);
    w.view(x.name);
  }
  if (x.password.length !== 0) {
    w.number(18);
    w.view(x.password);
  }
  for (let i = 0; i < x.roles.length; i++) {
    w.number(26);
    w.string(x.roles[i]!);
  }
  if (x.options !== undefined) {
    w.number(34);
    w.number(sizeUserAddOptions(x.options));
    writeUserAddOptions(w, x.options);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readUser(r: Reader): User {
  let name: Uint8Array = EMPTY_BYTES;
  let password: Uint8Array = EMPTY_BYTES;
  const roles: string[] = [];
  let options: UserAddOptions | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.view();
        break;
      case 18:
        password = r.view();
        break;
      case 26:
        roles.push(r.string());
        break;
      case 34: {
        const outer = r.enter();
        options = readUserAddOptions(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 4);
    }
  }
  return {
    name,
    password,
    roles,
    options,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeUser(x: User): Uint8Array {
  const bytes = new Uint8Array(sizeUser(x));
  writeUser(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeUser(bytes: Uint8Array): User {
  return readUser(new Reader(bytes));
}

/** PermissionType, with its numbers on the wire. */
export const PermissionType = {
  READ: 0,
  WRITE: 1,
  READWRITE: 2,
} as const;
export type PermissionType = (typeof PermissionType)[keyof typeof PermissionType];

const permissionTypeNames: readonly string[] = [
  "READ",
  "WRITE",
  "READWRITE",
];

/** The name of a number of PermissionType; a number without one as decimal text. */
export function permissionTypeName(value: number): string {
  return permissionTypeNames[value] ?? String(value);
}

/** What may be done with an interval of keys. */
export type Permission = {
  permType: PermissionType;
  key: Uint8Array;
  rangeEnd: Uint8Array;
};

/** A Permission with defaults for what `init` leaves out. */
export function newPermission(init: Partial<Permission> = {}): Permission {
  return {
    permType: init.permType ?? 0,
    key: init.key ?? EMPTY_BYTES,
    rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
  };
}

/** Encoded length in bytes. */
export function sizePermission(x: Permission): number {
  let size = 0;
  if (x.permType !== 0) size += 1 + sizeInt(x.permType);
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.rangeEnd.length !== 0) size += 1 + sizeNumber(x.rangeEnd.length) + x.rangeEnd.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizePermission` bytes. */
export function writePermission(w: Writer, x: Permission): void {
  if (x.permType !== 0) {
    w.number(8);
    w.int(x.permType);
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
export function readPermission(r: Reader): Permission {
  let permType: PermissionType = 0;
  let key: Uint8Array = EMPTY_BYTES;
  let rangeEnd: Uint8Array = EMPTY_BYTES;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        permType = r.int32() as PermissionType;
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
    permType,
    key,
    rangeEnd,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodePermission(x: Permission): Uint8Array {
  const bytes = new Uint8Array(sizePermission(x));
  writePermission(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodePermission(bytes: Uint8Array): Permission {
  return readPermission(new Reader(bytes));
}

export type Role = {
  name: Uint8Array;
  keyPermission: Permission[];
};

/** A Role with defaults for what `init` leaves out. */
export function newRole(init: Partial<Role> = {}): Role {
  return {
    name: init.name ?? EMPTY_BYTES,
    keyPermission: init.keyPermission ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeRole(x: Role): number {
  let size = 0;
  if (x.name.length !== 0) size += 1 + sizeNumber(x.name.length) + x.name.length;
  for (let i = 0; i < x.keyPermission.length; i++) {
    const length = sizePermission(x.keyPermission[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRole` bytes. */
export function writeRole(w: Writer, x: Role): void {
  if (x.name.length !== 0) {
    w.number(10);
    w.view(x.name);
  }
  for (let i = 0; i < x.keyPermission.length; i++) {
    w.number(18);
    w.number(sizePermission(x.keyPermission[i]!));
    writePermission(w, x.keyPermission[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRole(r: Reader): Role {
  let name: Uint8Array = EMPTY_BYTES;
  const keyPermission: Permission[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.view();
        break;
      case 18: {
        const outer = r.enter();
        keyPermission.push(readPermission(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    name,
    keyPermission,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRole(x: Role): Uint8Array {
  const bytes = new Uint8Array(sizeRole(x));
  writeRole(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRole(bytes: Uint8Array): Role {
  return readRole(new Reader(bytes));
}
