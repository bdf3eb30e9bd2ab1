/* A PostgreSQL of its own for an adapter, which is shown simulated time. */

import { existsSync, readdirSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Server } from "./server.mjs";

const versions = "/usr/lib/postgresql";
// Nothing of the server's own works by the time of day: it jumps.
const settings = { listen_addresses: "", fsync: "off", autovacuum: "off", TimeZone: "UTC", log_min_messages: "panic" };

/** Starts the cluster in `data`; answers a pool of connections to it, by the client library `pg`. */
async function connect(pg, server, programs, data) {
  const options = Object.entries({ ...settings, unix_socket_directories: server.directory });
  server.setTime(Date.now());
  server.start(`${programs}/postgres`, "-D", data, ...options.flatMap(([name, value]) => ["-c", `${name}=${value}`]));
  const pool = new pg.Pool({ host: server.directory, user: "postgres", database: "postgres", max: 3 });
  pool.on("error", () => {}); // the server is stopped at the end
  await server.reach(() => pool.query("select 1"));
  return pool;
}

/** Answers {server, pool}: a database that `migrate(pool)` has made ready. The first call keeps its cluster in the
    folder of the adapter, whose URL is `adapter`; the others copy it. */
export async function startPostgres(pg, adapter, migrate) {
  const server = new Server("postgres");
  const programs = `${versions}/${readdirSync(versions).sort((a, b) => b - a)[0]}/bin`;
  const kept = fileURLToPath(new URL("cluster", adapter));
  if (!existsSync(kept)) {
    const made = `${server.directory}/made`;
    server.run(`${programs}/initdb`, "--no-sync", "--auth=trust", "--username=postgres", "--wal-segsize=1", made);
    const pool = await connect(pg, server, programs, made);
    await migrate(pool);
    await pool.end();
    await server.end("SIGINT");
    Server.copy(made, `${kept}.${process.pid}`);
    renameSync(`${kept}.${process.pid}`, kept);
  }
  const data = `${server.directory}/data`;
  Server.copy(kept, data);
  return { server, pool: await connect(pg, server, programs, data) };
}
