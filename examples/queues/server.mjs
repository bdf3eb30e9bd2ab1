/* Starts a server that is shown simulated time (virtual_time.c), in a directory of its own. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const preload = fileURLToPath(new URL("virtual_time.so", import.meta.url));
const prefix = "leasecheck-queue-";

/** Directories whose adapter was killed. */
function removeAbandoned() {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
    if (!existsSync(`/proc/${name.split("-")[2]}`)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

export class Server {
  #file;
  #process;

  /** An empty directory, and the time of day 0. `user` is who runs the programs if root must not. */
  constructor(user) {
    removeAbandoned();
    this.directory = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
    this.#file = openSync(join(this.directory, "now"), "w");
    this.setTime(0);
    this.asUser = [];
    if (user === undefined || process.getuid() !== 0) return;
    const id = (flag) => Number(execFileSync("id", [flag, user], { encoding: "utf8" }));
    chownSync(this.directory, id("-u"), id("-g"));
    this.asUser = ["setpriv", `--reuid=${user}`, `--regid=${id("-g")}`, "--clear-groups"];
  }

  /** Runs a program to its end, at the real time. */
  run(...command) {
    const [program, ...args] = [...this.asUser, ...command];
    execFileSync(program, args, { cwd: this.directory, stdio: ["ignore", "ignore", "inherit"] });
  }

  /** Starts the server's program; it sees the time that setTime() sets. */
  start(...command) {
    const [program, ...args] = [...this.asUser, ...command];
    const env = { ...process.env, LD_PRELOAD: preload, VIRTUAL_TIME_FILE: join(this.directory, "now") };
    this.#process = spawn(program, args, { cwd: this.directory, env, stdio: ["ignore", "ignore", "inherit"] });
    this.#process.on("exit", (code, signal) => {
      console.error(`${program} ended: ${code ?? signal}`);
      process.exit(1);
    });
  }

  setTime(milliseconds) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(milliseconds));
    writeSync(this.#file, bytes, 0, 8, 0);
  }

  /** Asks the program to end, and waits until it has. */
  async end(signal) {
    this.#process.removeAllListeners("exit");
    const ended = once(this.#process, "exit");
    this.#process.kill(signal);
    await ended;
  }

  /** A folder with all that is in it, and with its owners. */
  static copy(from, to) {
    execFileSync("cp", ["-a", from, to]);
  }

  /** Tries until `connect` succeeds, at most 10 s. */
  async reach(connect) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await connect();
      } catch (error) {
        if (tries === 1000) throw error;
        await new Promise((wake) => setTimeout(wake, 10));
      }
    }
  }

  stop() {
    this.#process.removeAllListeners("exit");
    this.#process.kill("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}
