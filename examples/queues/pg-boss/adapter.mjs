/* pg-boss on PostgreSQL, under leasecheck. It translates; what pg-boss does not do, it does not do.

   A lease is a job with its retryCount, which is how pg-boss tells a fetch from a later one of the same job. It ends
   when no touch() has come for heartbeatSeconds, and a job's timeout is expireInSeconds. */

import { randomUUID } from "node:crypto";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { startPostgres } from "../postgres.mjs";
import { Refused, serve } from "../subject.mjs";

const heartbeatSeconds = 30;
const statuses = { created: "queued", retry: "retry_backoff", active: "leased", completed: "completed",
                   cancelled: "cancelled", failed: "failed" };

async function start(pool) {
  const db = { executeSql: (text, values) => pool.query(text, values) };
  const started = new PgBoss({ db, supervise: false, schedule: false, monitorIntervalSeconds: 1 });
  started.on("error", (error) => console.error(error));
  return started.start();
}

const { server, pool } = await startPostgres(pg, import.meta.url, async (empty) => {
  const first = await start(empty);
  await first.createQueue("queue");
  await first.stop();
});
const boss = await start(pool);
let jobs, attempts, leases;

function idOf(attempt_id) {
  if (!jobs.has(attempt_id)) throw new Refused("not_found", attempt_id);
  return jobs.get(attempt_id);
}

/** retryCount moves at the next fetch. */
function shown(job) {
  const backs_off = job.state === "retry";
  return { status: statuses[job.state], attempt_no: job.retryCount + (backs_off ? 2 : 1),
           retry_at: backs_off ? job.startAfter.getTime() : undefined };
}

function leaseOf(lease_id) {
  if (!leases.has(lease_id)) throw new Refused("stale_lease", lease_id);
  return leases.get(lease_id);
}

function owed(answer, code) {
  if (answer.affected === 0) throw new Refused(code);
}

await serve({
  name: "pg-boss",
  version: "12.38.0",
  dispatch_order: "enqueue_fifo",
  known_id: "refused",
  lease: { heartbeat: "set" },
  ack: { holder: "lease", repeat: "refused" },
  absent: ["attempt.run_id", "attempt.ready_at", "attempt.version", "attempt.delivery_count", "attempt.started_at",
           "attempt.finished_at", "lease.version", "lease.heartbeat_at", "lease.execution_deadline", "dispatch.run_id",
           "dispatch.status", "dispatch.retry_at", "spec.timeout", "spec.on_timeout", "spec.max_deliveries", "spec.tenant_id"],
}, {
  async reset() {
    await boss.deleteAllJobs("queue");
    [jobs, attempts, leases] = [new Map(), new Map(), new Map()];
  },

  async enqueue_attempt({ attempt_id, priority = 0, not_before, retry_policy }) {
    // pg-boss numbers its jobs by UUID; the attempts' ids are kept here.
    if (jobs.has(attempt_id)) throw new Refused("already_exists", attempt_id);
    const id = randomUUID();
    await boss.send("queue", {}, {
      id, priority, heartbeatSeconds, retryLimit: retry_policy?.max_retries ?? 0,
      retryDelay: Math.ceil((retry_policy?.backoff ?? 0) / 1000),
      ...(not_before === undefined ? {} : { startAfter: new Date(not_before) }),
    });
    jobs.set(attempt_id, id);
    attempts.set(id, attempt_id);
  },

  async claim_attempts({ worker_id, limit }, now) {
    const claims = [];
    while (claims.length < limit) {
      const [job] = await boss.fetch("queue", { includeMetadata: true });
      if (!job) break;
      const attempt_id = attempts.get(job.id);
      const lease_id = `${job.id}:${job.retryCount}`;
      leases.set(lease_id, { id: job.id, retryCount: job.retryCount });
      claims.push({ attempt: { attempt_id, attempt_no: job.retryCount + 1 },
                    lease: { lease_id, attempt_id, worker_id, lease_expires_at: now + heartbeatSeconds * 1000 } });
    }
    return { claims };
  },

  async heartbeat_lease({ lease_id }) {
    owed(await boss.touch("queue", leaseOf(lease_id)), "stale_lease");
  },

  async ack_attempt({ lease_id, outcome }) {
    const lease = leaseOf(lease_id);
    const settle = { completed: "complete", failed: "fail", cancelled: "cancel" }[outcome];
    owed(await boss[settle]("queue", lease), "stale_lease");
    return shown(await boss.getJobById("queue", lease.id));
  },

  async cancel_attempt({ attempt_id }) {
    owed(await boss.cancel("queue", idOf(attempt_id)), "not_dispatchable");
  },

  async replay_dead_letter({ attempt_id }) {
    owed(await boss.retry("queue", idOf(attempt_id)), "not_dispatchable");
  },

  async expire_leases_and_requeue() {
    const before = await pool.query("select count(*)::int as count from pgboss.job where state = 'active'");
    // The supervisor looks at a queue once a second at most; here at each call.
    await pool.query("update pgboss.queue set monitor_on = null");
    await boss.supervise("queue");
    const after = await pool.query("select count(*)::int as count from pgboss.job where state = 'active'");
    return { count: before.rows[0].count - after.rows[0].count };
  },

  async get_attempt({ attempt_id }) {
    const job = await boss.getJobById("queue", idOf(attempt_id));
    return { attempt_id, priority: job.priority, ...shown(job) };
  },
}, {
  atNow: async (now) => server.setTime(now),
  close: async () => server.stop(),
});
