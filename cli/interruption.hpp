#pragma once

/// SIGINT, SIGTERM and SIGHUP: the first one is remembered, so that the command that runs ends soon
/// and reports what it has, which is then inconclusive unless a violation is among it. A command
/// that has not ended 1.5 s later is ended where it stands, by the same exit code. A signal that
/// was ignored when the program started, as with nohup, stays ignored.
namespace leasecheck::cli {

/// From here on signals are remembered.
void remember_interruptions();

/// Whether there was one. Who does long work asks again and again. Thread: any.
[[nodiscard]] bool is_interrupted();

/// This process leaves it to its parent, which got the same signal, to end it.
void leave_interruptions_to_parent();

/// What follows an interruption has to be finished, however long it takes: a search is being saved.
void finish_in_own_time();

}  // namespace leasecheck::cli
