/** What the kernel knows of a process: CPU time used, all its threads together, and memory resident. Linux only. */
import { readFileSync } from "node:fs";

/** USER_HZ: ticks a second in /proc/PID/stat; 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU, user and system, since the process started. In steps of 10 ms. */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The name in parentheses may hold anything: count from behind it. utime is the 14th field, stime the 15th.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export type Memory = {
  /** Resident now, with the pages of mapped files (both systems map their backend). */
  readonly residentMb: number;
  /** Of these, what is no page of a file. */
  readonly anonymousMb: number;
  /** The most that was resident. */
  readonly peakMb: number;
};

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, "latin1");
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) / 1024;
  return { residentMb: megabytes("VmRSS"), anonymousMb: megabytes("RssAnon"), peakMb: megabytes("VmHWM") };
}
