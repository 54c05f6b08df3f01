/** Alarms that members have raised, with their rows: NOSPACE and CORRUPT close parts of the API on every member until they are lifted. */
import { type Backend, EMPTY_BYTES } from "@quorate/base";
import {
  AlarmAction,
  type AlarmMember,
  type AlarmRequest,
  AlarmType,
  decodeAlarmMember,
  encodeAlarmMember,
} from "@quorate/proto";

export class Alarms {
  readonly #backend: Backend;
  /** In the order in which they were raised. */
  #raised: AlarmMember[] = [];

  /** Reads what the backend holds. */
  constructor(backend: Backend) {
    this.#backend = backend;
    backend.range("alarm", EMPTY_BYTES, undefined, (key) => {
      this.#raised.push(decodeAlarmMember(key));
      return true;
    });
  }

  /** Whether any member has raised it. */
  has(type: AlarmType): boolean {
    const raised = this.#raised;
    // Asked for every entry, and nearly always of an empty list.
    for (let i = 0; i < raised.length; i++) if (raised[i]!.alarm === type) return true;
    return false;
  }

  /** All alarms, or those of one type. */
  list(type: AlarmType = AlarmType.NONE): AlarmMember[] {
    return this.#raised.filter(({ alarm }) => type === AlarmType.NONE || alarm === type);
  }

  /** Applies a request and gives back the alarms that it was about. An action that is not known does nothing. */
  apply({ action, memberID, alarm }: AlarmRequest): AlarmMember[] {
    if (action === AlarmAction.GET) return this.list(alarm);
    const known = this.#raised.find((other) => other.memberID === memberID && other.alarm === alarm);
    if (action === AlarmAction.ACTIVATE) {
      if (alarm === AlarmType.NONE) return [];
      return [known ?? this.#raise({ memberID, alarm })];
    }
    if (action !== AlarmAction.DEACTIVATE || known === undefined) return [];
    this.#raised = this.#raised.filter((other) => other !== known);
    this.#backend.delete("alarm", encodeAlarmMember(known));
    return [known];
  }

  #raise(member: AlarmMember): AlarmMember {
    this.#raised.push(member);
    this.#backend.put("alarm", encodeAlarmMember(member), EMPTY_BYTES);
    return member;
  }
}
