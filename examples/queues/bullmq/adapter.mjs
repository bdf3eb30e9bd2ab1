/* BullMQ on Redis, under leasecheck. It translates; what BullMQ does not do, it does not do.

   A lease is the lock of a job, and its id the token that the job was taken with. A job's id is the attempt's, in
   hexadecimal, since BullMQ takes no colon and no number as an id. */

import { access } from "node:fs/promises";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { Server } from "../server.mjs";
import { Refused, serve } from "../subject.mjs";

const statuses = { waiting: "queued", active: "leased", completed: "completed", failed: "failed" };

const server = new Server();
server.setTime(Date.now());
const path = `${server.directory}/socket`;
server.start("redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--loglevel", "warning");
await server.reach(() => access(path));
const connection = new Redis({ path, maxRetriesPerRequest: null });
const queue = new Queue("queue", { connection });
const worker = new Worker("queue", null,
                          { connection, autorun: false, maxStalledCount: 1_000_000, stalledInterval: 1 });
for (const each of [queue, worker, connection]) each.on("error", (error) => console.error(error.message));
let leases, tokens = 0;

const encode = (attempt_id) => "x" + Buffer.from(attempt_id).toString("hex");
const decode = (id) => Buffer.from(id.slice(1), "hex").toString();

async function jobOf(attempt_id) {
  const job = await queue.getJob(encode(attempt_id));
  if (!job) throw new Refused("not_found", attempt_id);
  return job;
}

/** The job that was taken with a token, as it is now, at the hands of the worker. */
function jobOfLease(lease_id) {
  if (!leases.has(lease_id)) throw new Refused("stale_lease", lease_id);
  return leases.get(lease_id);
}

async function statusOf(job) {
  const state = await job.getState();
  return state === "delayed" ? (job.attemptsMade > 0 ? "retry_backoff" : "queued") : statuses[state];
}

/** BullMQ's own errors about locks and states become refusals. */
async function refusedAs(code, action) {
  try {
    return await action();
  } catch (error) {
    throw new Refused(code, error.message);
  }
}

await serve({
  name: "bullmq",
  version: "6.7.0",
  dispatch_order: "enqueue_fifo",
  priorities: "none",
  known_id: "ignored",
  lease: { heartbeat: "set", late_holder: "refused" },
  ack: { holder: "lease", repeat: "refused" },
  absent: ["attempt.run_id", "attempt.priority", "attempt.ready_at", "attempt.version", "attempt.started_at",
           "attempt.retry_at", "lease.version", "lease.heartbeat_at", "lease.execution_deadline", "dispatch.run_id",
           "dispatch.status", "dispatch.retry_at", "spec.priority", "spec.timeout", "spec.on_timeout",
           "spec.max_deliveries", "spec.tenant_id"],
}, {
  async reset() {
    await connection.flushall();
    leases = new Map();
  },

  async enqueue_attempt({ attempt_id, not_before, retry_policy: policy }, now) {
    await queue.add("job", {}, {
      jobId: encode(attempt_id),
      delay: Math.max(0, (not_before ?? now) - now),
      attempts: (policy?.max_retries ?? 0) + 1,
      backoff: policy && { type: policy.strategy, delay: policy.backoff },
    });
  },

  async claim_attempts({ worker_id, limit, lease_ttl }, now) {
    const claims = [];
    worker.opts.lockDuration = lease_ttl;
    while (claims.length < limit) {
      const lease_id = `token ${++tokens}`;
      const job = await refusedAs("invalid_argument", () => worker.getNextJob(lease_id, { block: false }));
      if (!job) break;
      leases.set(lease_id, job);
      const attempt_id = decode(job.id);
      claims.push({ attempt: { attempt_id, attempt_no: job.attemptsMade + 1 },
                    lease: { lease_id, attempt_id, worker_id, lease_expires_at: now + lease_ttl } });
    }
    return { claims };
  },

  async heartbeat_lease({ lease_id, lease_expires_at }, now) {
    const job = jobOfLease(lease_id);
    const extended = await refusedAs("invalid_argument", () => job.extendLock(lease_id, lease_expires_at - now));
    if (!extended) throw new Refused("stale_lease", lease_id);
  },

  async release_lease({ lease_id }) {
    const job = jobOfLease(lease_id);
    await refusedAs("stale_lease", () => job.moveToWait(lease_id));
  },

  async ack_attempt({ lease_id, outcome }, now) {
    const job = jobOfLease(lease_id);
    if (outcome === "cancelled") throw new Refused("invalid_argument", "BullMQ's workers cancel nothing");
    await refusedAs("stale_lease", () => outcome === "completed"
      ? job.moveToCompleted("done", lease_id, false)
      : job.moveToFailed(new Error("failed"), lease_id, false));
    const after = await queue.getJob(job.id);
    const status = await statusOf(after);
    const backs_off = status === "retry_backoff";
    return { status, attempt_no: after.attemptsMade + (backs_off ? 1 : 0),
             retry_at: backs_off ? now + after.delay : undefined };
  },

  async replay_dead_letter({ attempt_id }) {
    const job = await jobOf(attempt_id);
    const anew = { resetAttemptsMade: true, resetAttemptsStarted: true };
    await refusedAs("not_dispatchable", () => job.retry("failed", anew));
  },

  async expire_leases_and_requeue() {
    // A check marks what is active and takes what the last one marked and is without a lock. So that nothing waits for
    // the next one, it is made twice, and the key that keeps workers from checking too often is removed.
    const before = await queue.getActiveCount();
    for (const _ of [1, 2]) {
      await connection.del(queue.toKey("stalled-check"));
      await worker.moveStalledJobsToWait();
    }
    return { count: before - (await queue.getActiveCount()) };
  },

  async get_attempt({ attempt_id }) {
    const job = await jobOf(attempt_id);
    const status = await statusOf(job);
    return { attempt_id, status, attempt_no: job.attemptsMade + (["failed", "completed"].includes(status) ? 0 : 1),
             delivery_count: job.attemptsStarted, finished_at: job.finishedOn };
  },
}, {
  atNow: async (now) => server.setTime(now),
  close: async () => server.stop(),
});
