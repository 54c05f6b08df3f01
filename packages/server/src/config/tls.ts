/** The TLS flags of one side, clients or peers: files to PEM texts, and Go's names of versions and suites to those of node:tls. */
import { messageOf } from "@quorate/base";
import type { FlagValues } from "./flags.ts";
import { type Parsed, quote } from "./go-values.ts";

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

export type TlsConfig = {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** Undefined: the system's authorities. */
  readonly ca: string | undefined;
  /** Refuse whoever has no certificate of this authority. As with etcd a CA alone asks for that too. */
  readonly clientCertAuth: boolean;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion | undefined;
  /** OpenSSL's names, joined by ":", for `ciphers` of node:tls. Undefined: Node's own choice. */
  readonly ciphers: string | undefined;
};

/** Reads a whole file as text; throws with a reason. */
export type ReadFile = (path: string) => string;

const VERSIONS: ReadonlyMap<string, TlsVersion> = new Map([
  ["TLS1.2", "TLSv1.2"],
  ["TLS1.3", "TLSv1.3"],
]);

/** Go's names of suites. Those of TLS 1.3 are always offered. What Go calls insecure (RC4, 3DES, CBC with SHA-256) is not taken. */
const SUITES: ReadonlyMap<string, string> = new Map([
  ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"],
  ["TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"],
  ["TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"],
  ["TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"],
  ["TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"],
  ["TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"],
  ["TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"],
  ["TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"],
]);

type TlsRules = Pick<TlsConfig, "minVersion" | "maxVersion" | "ciphers">;

/** Versions and suites, which hold for both sides. */
export function tlsRules(values: FlagValues): Parsed<TlsRules> {
  const minText = values.text("tls-min-version");
  const maxText = values.text("tls-max-version");
  for (const text of [minText, maxText]) {
    if (text !== "" && !VERSIONS.has(text)) {
      return { problem: `unexpected TLS version ${quote(text)} (must be one of: TLS1.2, TLS1.3)` };
    }
  }
  const minVersion = VERSIONS.get(minText) ?? "TLSv1.2";
  const maxVersion = VERSIONS.get(maxText);
  if (maxVersion !== undefined && minVersion > maxVersion) {
    return { problem: `min version (${minText}) is greater than max version (${maxText})` };
  }
  const suites = values.texts("cipher-suites");
  if (suites.length > 0 && minVersion === "TLSv1.3") {
    return { problem: "cipher suites cannot be configured when only TLS1.3 is enabled" };
  }
  const names: string[] = [];
  for (const suite of suites) {
    const name = SUITES.get(suite);
    if (name === undefined) return { problem: `unexpected TLS cipher suite ${quote(suite)}` };
    names.push(name);
  }
  return { value: { minVersion, maxVersion, ciphers: names.length === 0 ? undefined : names.join(":") } };
}

/** One side: `prefix` is "" for clients and "peer-" for peers. Only called where there is something to protect. */
export function loadTls(
  values: FlagValues,
  prefix: "" | "peer-",
  host: TlsRules & { readFile: ReadFile },
): Parsed<TlsConfig> {
  const certFile = values.text(`${prefix}cert-file`);
  const keyFile = values.text(`${prefix}key-file`);
  if (certFile === "" || keyFile === "") {
    return { problem: `KeyFile and CertFile must both be present[key: ${keyFile}, cert: ${certFile}]` };
  }
  const caFile = values.text(`${prefix}trusted-ca-file`);
  const texts: string[] = [];
  for (const [flag, file] of [
    ["cert-file", certFile],
    ["key-file", keyFile],
    ["trusted-ca-file", caFile],
  ] as const) {
    if (file === "") continue;
    try {
      texts.push(host.readFile(file));
    } catch (error) {
      return { problem: `--${prefix}${flag} cannot be read: ${messageOf(error)}` };
    }
  }
  const [cert = "", key = "", ca] = texts;
  const { minVersion, maxVersion, ciphers } = host;
  const clientCertAuth = values.isOn(`${prefix}client-cert-auth`) || ca !== undefined;
  return { value: { cert, key, ca, clientCertAuth, minVersion, maxVersion, ciphers } };
}
