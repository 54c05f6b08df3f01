/**
 * What can be said of users and roles while there are none: auth is off, and lists are empty. Adding any comes with auth; until then
 * those methods answer that they are not implemented.
 */
import { AuthService as AuthMethods } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import { newHeader } from "./header.ts";
import type { ServiceRouter } from "./service-router.ts";

/** Of a store that nobody has changed. */
const FIRST_AUTH_REVISION = 1;

export class AuthService {
  readonly #server: EtcdServer;

  constructor(server: EtcdServer) {
    this.#server = server;
  }

  register(router: ServiceRouter): void {
    const header = (): ReturnType<typeof newHeader> => {
      const server = this.#server;
      return newHeader(server, server.machine.parts.store.currentRev);
    };
    router
      .unary(AuthMethods.authStatus, (_request, call) => {
        call.respond({ header: header(), enabled: false, authRevision: FIRST_AUTH_REVISION });
      })
      .unary(AuthMethods.userList, (_request, call) => call.respond({ header: header(), users: [] }))
      .unary(AuthMethods.roleList, (_request, call) => call.respond({ header: header(), roles: [] }));
  }
}
