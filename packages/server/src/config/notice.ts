/** What reading the configuration has to tell and cannot log yet, because the log is part of what it reads. */
import type { LogFields } from "../log/logger.ts";

export type Notice = { readonly level: "info" | "warn"; readonly line: string; readonly fields: LogFields };
