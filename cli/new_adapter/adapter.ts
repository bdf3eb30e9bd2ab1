/* An adapter between a queue and leasecheck. It translates; what the queue does not do, it does not do.

     leasecheck check --backend 'exec:npx tsx adapter.ts'

   (Node.js from version 22.18 on runs it without tsx: 'exec:node adapter.ts'.)

   What to write: the methods of Adapter, from the top. One that is not written yet says so, and leasecheck stops
   there. What the queue does not have is taken out of `operations`; leasecheck then skips it, by name. Where the queue
   differs from the contract on purpose, `handshake` says so. Everything that may stand there, and what each operation
   is given and answers, is in the reference of the protocol: sim/subject/PROTOCOL.md of leasecheck.

   Time is simulated: `now` is the time of an operation, in milliseconds. The queue must use it and read no clock.
   Integers have 64 bits: those that a number cannot hold are a bigint. */

import { createInterface } from "node:readline";

type Integer = number | bigint;
type Args = Record<string, any>;

const handshake = {
  name: "my-queue",
  version: "1",
  protocol: 1,
  // Required: reset, enqueue_attempt, and upsert_lease with list_dispatchable_attempts, or claim_attempts.
  // Worth having soon: snapshot. Without it only answers can be judged.
  operations: ["reset", "enqueue_attempt", "list_dispatchable_attempts", "upsert_lease", "heartbeat_lease",
               "ack_attempt", "expire_leases_and_requeue", "get_attempt", "goodbye"],
  // The contract's choice stands here; beside it the others.
  dispatch_order: "ready_fifo", // attempt_id, enqueue_fifo, requeue_first, none
  priorities: "higher_first", // lower_first, none
  known_id: "compared", // refused, ignored
  lease: { heartbeat: "raise", // set
           late_holder: "accepted" }, // refused
  ack: { holder: "lease_and_worker", // lease, worker, anyone
         repeat: "same", // refused
         stale: "refused" }, // ignored
  // Fields that the queue does not have: "attempt.ready_at", "spec.not_before", …
  absent: [] as string[],
};

/** A refusal: not_found, stale_lease, not_dispatchable, already_exists or invalid_argument. */
class Refused extends Error {
  code: string;
  constructor(code: string, message = "") {
    super(message);
    this.code = code;
  }
}

class NotWritten extends Error {}

class Adapter {
  /** Empties the queue. Lease ids that were used are not used again. */
  async reset(now: Integer): Promise<Args> {
    throw new NotWritten();
  }

  /** attempt_id, run_id, priority?, not_before?, timeout?, on_timeout?, retry_policy?, max_deliveries?, tenant_id?.
      Answers {}. A known id: Refused("already_exists") if anything else is different. */
  async enqueue_attempt(now: Integer, spec: Args): Promise<Args> {
    throw new NotWritten();
  }

  /** at, limit. Answers {attempts: [{attempt_id, run_id, attempt_no, status, retry_at?}]}. */
  async list_dispatchable_attempts(now: Integer, args: Args): Promise<Args> {
    throw new NotWritten();
  }

  /** attempt_id, worker_id, lease_expires_at. Claims one attempt. Answers {lease_id, attempt_id, worker_id,
      lease_expires_at, heartbeat_at, version}, or Refused("not_dispatchable"). */
  async upsert_lease(now: Integer, args: Args): Promise<Args> {
    throw new NotWritten();
  }

  /** lease_id, heartbeat_at, lease_expires_at. Answers {}, or Refused("stale_lease"). */
  async heartbeat_lease(now: Integer, args: Args): Promise<Args> {
    throw new NotWritten();
  }

  /** lease_id, worker_id, outcome, attempt_id?. Ends an attempt as "completed", "failed" or "cancelled". Answers
      {status, attempt_no, retry_at?}, or Refused("stale_lease"). */
  async ack_attempt(now: Integer, args: Args): Promise<Args> {
    throw new NotWritten();
  }

  /** stale_before. Takes back every lease that expired before it. Answers {count}. */
  async expire_leases_and_requeue(now: Integer, args: Args): Promise<Args> {
    throw new NotWritten();
  }

  /** attempt_id. Answers {attempt_id, run_id, attempt_no, status, priority, ready_at, delivery_count, version, …}, or
      Refused("not_found"). */
  async get_attempt(now: Integer, args: Args): Promise<Args> {
    throw new NotWritten();
  }
}

// Integers beyond 2^53 are texts with a mark on their way through JSON.parse and JSON.stringify.
const mark = "\u0000integer ";

function parse(line: string): Args {
  const marked = line.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}/g,
    (token) => token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : JSON.stringify(mark + token));
  return JSON.parse(marked, (_, value) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value);
}

function print(value: Args): string {
  const marked = JSON.stringify(value, (_, each) => typeof each === "bigint" ? mark + each : each);
  return marked.replace(/"\\u0000integer (-?\d+)"/g, "$1");
}

/** Whether a text in it, payloads aside, is no UTF-8: it arrives as {"hex": "…"}. */
function hasNoText(value: any): boolean {
  if (value === null || typeof value !== "object") return false;
  if (Object.keys(value).join() === "hex") return true;
  return Object.entries(value).some(([name, each]) => name !== "payload" && hasNoText(each));
}

async function answer(adapter: Adapter, request: Args): Promise<Args> {
  if (request.op === "hello") return { ok: handshake };
  if (request.op === "goodbye") return { ok: {} };
  if (!handshake.operations.includes(request.op)) return { error: { code: "unsupported", message: request.op } };
  if (hasNoText(request.args)) return { error: { code: "invalid_argument", message: "a text that is no UTF-8" } };
  try {
    return { ok: await (adapter as any)[request.op](request.now ?? 0, request.args ?? {}) };
  } catch (error) {
    if (error instanceof Refused) return { error: { code: error.code, message: error.message } };
    if (!(error instanceof NotWritten)) throw error;
    return { error: { code: "internal", message: `Adapter.${request.op} is not written yet` } };
  }
}

async function main() {
  const adapter = new Adapter();
  for await (const line of createInterface({ input: process.stdin })) {
    const request = parse(line);
    process.stdout.write(print({ id: request.id, ...await answer(adapter, request) }) + "\n");
    if (request.op === "goodbye") break;
  }
}

main();
