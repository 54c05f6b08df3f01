/** What tests of services share: a member in memory, and services behind a real port. Never part of the server. */
export type { OpenStream } from "./lab-client.ts";
export { ServiceLab } from "./service-lab.ts";
export { SingleMember, type SingleMemberOptions } from "./single-member.ts";
