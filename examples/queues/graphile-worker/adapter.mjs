/* graphile-worker on PostgreSQL, under leasecheck. It translates; what graphile-worker does not do, it does not do.

   The calls that its workers make between themselves and the database are not exported: they are taken from its
   dist/ by path. */

import { runMigrations } from "graphile-worker";
import pg from "pg";
import { startPostgres } from "../postgres.mjs";
import { Refused, serve } from "../subject.mjs";

const inside = (file) => import(new URL(`node_modules/graphile-worker/dist/${file}.js`, import.meta.url));
const { getUtilsAndReleasersFromOptions } = await inside("lib");
const { makeWorkerUtils } = await inside("workerUtils");
const { batchGetJobs } = await inside("sql/getJobs");
const { batchCompleteJobs } = await inside("sql/completeJobs");
const { batchFailJobs } = await inside("sql/failJobs");
const { returnJobs } = await inside("sql/returnJobs");
const { resetLockedAt } = await inside("sql/resetLockedAt");

const expiry = 4 * 3600 * 1000;
const logger = { error() {}, warn() {}, info() {}, debug() {}, scope: () => logger };
const { server, pool } = await startPostgres(pg, import.meta.url, (pgPool) => runMigrations({ pgPool, logger }));
const options = { pgPool: pool, logger };
const [shared] = await getUtilsAndReleasersFromOptions(options);
const utils = await makeWorkerUtils(options);
const asWorker = (worker_id) => [shared, shared.withPgClient, worker_id];
const tasks = { job: true };
const leases = new Map();
let granted = 0;

async function rows(text, ...values) {
  return (await pool.query(text, values)).rows;
}

async function jobOf(attempt_id) {
  const [job] = await rows("select * from graphile_worker._private_jobs where key = $1", attempt_id);
  if (!job) throw new Refused("not_found", attempt_id);
  return job;
}

function statusOf(job) {
  if (job.locked_at) return "leased";
  if (job.attempts >= job.max_attempts) return "failed";
  return job.last_error ? "retry_backoff" : "queued";
}

function jobOfLease(lease_id) {
  if (!leases.has(lease_id)) throw new Refused("stale_lease", lease_id);
  return leases.get(lease_id);
}

await serve({
  name: "graphile-worker",
  version: "0.18.0",
  dispatch_order: "enqueue_fifo",
  priorities: "lower_first",
  known_id: "ignored",
  ack: { holder: "anyone", repeat: "refused", stale: "ignored" },
  absent: ["attempt.run_id", "attempt.ready_at", "attempt.started_at", "attempt.version", "attempt.finished_at",
           "attempt.attempt_no", "attempt.retry_at", "lease.version", "lease.heartbeat_at", "lease.execution_deadline",
           "dispatch.run_id", "dispatch.attempt_no", "dispatch.status", "dispatch.retry_at", "spec.timeout",
           "spec.on_timeout", "spec.retry_policy", "spec.max_deliveries", "spec.tenant_id"],
}, {
  async reset() {
    await rows("delete from graphile_worker._private_jobs");
    leases.clear();
  },

  async enqueue_attempt({ attempt_id, priority, not_before }) {
    await utils.addJob("job", {}, { jobKey: attempt_id, jobKeyMode: "unsafe_dedupe", priority, maxAttempts: 1,
                                    runAt: not_before === undefined ? undefined : new Date(not_before) });
  },

  async claim_attempts({ worker_id, limit }, now) {
    const claims = [];
    while (claims.length < limit) {
      const [job] = await batchGetJobs(shared, shared.withPgClient, tasks, worker_id, null, 1);
      if (!job) break;
      leases.set(`${++granted}`, job);
      claims.push({ attempt: { attempt_id: job.key },
                    lease: { lease_id: `${granted}`, attempt_id: job.key, worker_id, lease_expires_at: now + expiry } });
    }
    return { claims };
  },

  async ack_attempt({ lease_id, worker_id, outcome, attempt_id }) {
    const job = leases.get(lease_id) ?? await jobOf(attempt_id);
    if (outcome === "completed") {
      await batchCompleteJobs(...asWorker(worker_id), [job]);
      return { status: "completed", attempt_no: 1 };
    }
    if (outcome === "cancelled") throw new Refused("invalid_argument", "graphile-worker's workers cancel nothing");
    await batchFailJobs(...asWorker(worker_id), [{ job, message: "failed" }]);
    return { status: statusOf(await jobOf(attempt_id)), attempt_no: 1 };
  },

  async release_lease({ lease_id, worker_id }) {
    await returnJobs(...asWorker(worker_id), [jobOfLease(lease_id)]);
  },

  async expire_leases_and_requeue() {
    const locked = "select count(*)::int as count from graphile_worker._private_jobs where locked_at is not null";
    const [before] = await rows(locked);
    await resetLockedAt(shared, shared.withPgClient);
    const [after] = await rows(locked);
    return { count: before.count - after.count };
  },

  async replay_dead_letter({ attempt_id }) {
    const job = await jobOf(attempt_id);
    if (statusOf(job) !== "failed") throw new Refused("not_dispatchable", attempt_id);
    await utils.rescheduleJobs([job.id], { runAt: new Date(), attempts: 0 });
  },

  async get_attempt({ attempt_id }) {
    const job = await jobOf(attempt_id);
    return { attempt_id, status: statusOf(job), priority: job.priority, delivery_count: job.attempts };
  },
}, {
  atNow: async (now) => server.setTime(now),
  close: async () => server.stop(),
});
