/** Certificates from files. A server with a certificate that it cannot read does not start. */
import { readFileSync } from "node:fs";
import { createSecureContext, type TlsOptions as NodeTlsOptions } from "node:tls";
import { messageOf } from "@quorate/base";
import type { TlsOptions } from "@quorate/rafthttp";
import { StartError } from "./errors.ts";
import type { TlsFiles, TlsVersions } from "./server-options.ts";

/** What peers need. @throws StartError `BadTls`. */
export function readPeerTls(files: TlsFiles): TlsOptions {
  const { certFile, keyFile, trustedCaFile, clientCertAuth } = files;
  const cert = read(certFile);
  const key = read(keyFile);
  const ca = trustedCaFile === "" ? "" : read(trustedCaFile);
  check(files, () => createSecureContext({ cert, key, ...(ca === "" ? {} : { ca }) }));
  return { cert, key, ca, clientCertAuth };
}

/** What the client port needs. @throws StartError `BadTls`. */
export function readClientTls(files: TlsFiles, { minVersion, maxVersion, ciphers }: TlsVersions): NodeTlsOptions {
  const { certFile, keyFile, trustedCaFile, clientCertAuth } = files;
  const options: NodeTlsOptions = {
    cert: read(certFile),
    key: read(keyFile),
    ...(trustedCaFile === "" ? {} : { ca: read(trustedCaFile) }),
    requestCert: clientCertAuth,
    rejectUnauthorized: clientCertAuth,
    minVersion,
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ciphers.length === 0 ? {} : { ciphers: ciphers.join(":") }),
  };
  check(files, () => createSecureContext(options));
  return options;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new StartError("BadTls", `cannot read ${file}: ${messageOf(error)}`, error);
  }
}

function check({ certFile, keyFile }: TlsFiles, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    throw new StartError("BadTls", `${certFile} and ${keyFile} cannot be used: ${messageOf(error)}`, error);
  }
}
