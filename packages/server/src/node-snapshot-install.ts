/** Stand-ins until the bridge is here. */
import type { ConfState } from "@quorate/proto";
import type { DataDir } from "@quorate/storage";
import type { BackendOptions, OpenedState } from "./node-open-member.ts";

export async function importState(_image: string, _dir: DataDir, _confState: ConfState, _quota: number): Promise<void> {
  throw new Error("not yet");
}
export async function replaceState(
  _old: OpenedState,
  _with: { image: string; file: string; confState: ConfState; options: BackendOptions },
): Promise<OpenedState> {
  throw new Error("not yet");
}
