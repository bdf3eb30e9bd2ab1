/* What the adapters in JavaScript share: lines of the subject protocol, refusals, and time.

   An adapter calls serve(handshake, operations): each function of `operations` is named as the operation that it
   translates, is given the arguments and the time of the request, and answers what stands under "ok". Beside what it
   lists, every adapter answers `goodbye`. */

import { createInterface } from "node:readline";

/** A refusal: not_found, stale_lease, not_dispatchable, already_exists, invalid_argument or unavailable. */
export class Refused extends Error {
  constructor(code, message = "") {
    super(message);
    this.code = code;
  }
}

/** Date.now() of this process is the time of the request; it starts at the real one. */
let now = Date.now();
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length > 0 ? args : [now]));
  }
  static now() {
    return now;
  }
};

/** Answers requests on standard input until `goodbye` or its end. `atNow(now)` is told each new time first, `close()`
    is called at the end. An exception that is no refusal ends the program. */
export async function serve(handshake, operations, { atNow = async () => {}, close = async () => {} } = {}) {
  const offered = { ...handshake, protocol: 1, operations: [...Object.keys(operations), "goodbye"] };
  async function answer(request) {
    if (request.op === "hello") return { ok: offered };
    if (request.op === "goodbye") return { ok: {} };
    if (!Object.hasOwn(operations, request.op)) return { error: { code: "unsupported", message: request.op } };
    if (request.now !== now) await atNow(now = request.now);
    try {
      return { ok: (await operations[request.op](request.args ?? {}, now)) ?? {} };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { error: { code: error.code, message: error.message } };
    }
  }
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      const request = JSON.parse(line);
      process.stdout.write(JSON.stringify({ id: request.id, ...(await answer(request)) }) + "\n");
      if (request.op === "goodbye") break;
    }
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  await close();
  process.exit(); // whatever timers the queue has left
}
