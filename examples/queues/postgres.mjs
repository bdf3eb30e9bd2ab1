/* A PostgreSQL of its own for an adapter, which is shown simulated time. */

import { readdirSync } from "node:fs";
import { Server } from "./server.mjs";

const versions = "/usr/lib/postgresql";

/** Answers {server, pool}: an empty database and connections to it, by the client library `pg`. */
export async function startPostgres(pg) {
  const server = new Server("postgres");
  const programs = `${versions}/${readdirSync(versions).sort((a, b) => b - a)[0]}/bin`;
  const data = `${server.directory}/data`;
  server.run(`${programs}/initdb`, "--no-sync", "--auth=trust", "--username=postgres", data);
  // Nothing of the server's own works by the time of day: it jumps.
  const settings = { listen_addresses: "", unix_socket_directories: server.directory, fsync: "off",
                     autovacuum: "off", TimeZone: "UTC", log_min_messages: "fatal" };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  server.setTime(Date.now());
  server.start(`${programs}/postgres`, "-D", data, ...options);
  const pool = new pg.Pool({ host: server.directory, user: "postgres", database: "postgres", max: 3 });
  await server.reach(() => pool.query("select 1"));
  return { server, pool };
}
