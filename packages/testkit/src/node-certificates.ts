/**
 * Certificates for tests, made when they are needed: no private key is ever committed and none expires. Only as much of X.509 as TLS asks
 * for: a CA, and leaves for loopback, all on P-256.
 */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const COMMON_NAME = "2.5.4.3";
const BASIC_CONSTRAINTS = "2.5.29.19";
const SUBJECT_ALT_NAME = "2.5.29.17";

/** A certificate and its key, in PEM. */
export type Certificate = { readonly cert: string; readonly key: string };

/** A CA that signs leaves. */
export type CertificateAuthority = {
  /** The CA's own certificate, in PEM. */
  readonly ca: string;
  /** A leaf for 127.0.0.1 and localhost, or other names, good for both ends of a connection. */
  readonly issue: (name: string, names?: LeafNames) => Certificate;
};

/** Whose a certificate is; with neither it says nothing of that. */
export type LeafNames = { readonly hosts: readonly string[]; readonly ipv4: readonly string[] };

const LOOPBACK: LeafNames = { hosts: ["localhost"], ipv4: ["127.0.0.1"] };

export function createCertificateAuthority(name: string): CertificateAuthority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  let serial = 1;
  const issue = (subject: string, subjectKey: KeyObject, extensions: Uint8Array): string => {
    const toBeSigned = sequence(
      tagged(0xa0, integer(2)),
      integer(serial++),
      sequence(objectId(ECDSA_WITH_SHA256)),
      nameOf(name),
      sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
      nameOf(subject),
      subjectKey.export({ type: "spki", format: "der" }),
      tagged(0xa3, sequence(extensions)),
    );
    const signature = sign("sha256", toBeSigned, privateKey);
    const der = sequence(toBeSigned, sequence(objectId(ECDSA_WITH_SHA256)), bitString(signature));
    return `-----BEGIN CERTIFICATE-----\n${lines(Buffer.from(der).toString("base64"))}\n-----END CERTIFICATE-----\n`;
  };
  const isCa = sequence(objectId(BASIC_CONSTRAINTS), boolean(true), octets(sequence(boolean(true))));
  const noCa = sequence(objectId(BASIC_CONSTRAINTS), octets(sequence()));
  const ca = issue(name, publicKey, isCa);
  return {
    ca,
    issue: (subject, { hosts, ipv4 } = LOOPBACK) => {
      const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const names = sequence(
        ...hosts.map((host) => tagged(0x82, new TextEncoder().encode(host))),
        ...ipv4.map((address) => tagged(0x87, Uint8Array.from(address.split("."), Number))),
      );
      const hasNames = hosts.length + ipv4.length > 0;
      const extension = hasNames ? sequence(objectId(SUBJECT_ALT_NAME), octets(names)) : noCa;
      const cert = issue(subject, pair.publicKey, extension);
      return { cert, key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
    },
  };
}

/** One DER element: tag, length in its shortest form (Go insists on it), content. */
function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const { length } = content;
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([new Uint8Array([tag, ...lengthBytes]), content]);
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x30, ...parts);
}

/** @param value from 0 to 127. */
function integer(value: number): Uint8Array {
  return tagged(0x02, new Uint8Array([value]));
}

function boolean(value: boolean): Uint8Array {
  return tagged(0x01, new Uint8Array([value ? 0xff : 0]));
}

function octets(content: Uint8Array): Uint8Array {
  return tagged(0x04, content);
}

function bitString(content: Uint8Array): Uint8Array {
  return tagged(0x03, new Uint8Array([0]), content);
}

function nameOf(commonName: string): Uint8Array {
  const text = tagged(0x0c, new TextEncoder().encode(commonName));
  return sequence(tagged(0x31, sequence(objectId(COMMON_NAME), text)));
}

function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return tagged(0x18, new TextEncoder().encode(`${digits}Z`));
}

function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, new Uint8Array(bytes));
}

function lines(base64: string): string {
  return base64.replace(/(.{64})/g, "$1\n").trimEnd();
}
