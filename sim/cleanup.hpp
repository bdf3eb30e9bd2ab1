#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

/// Nothing is left behind, however this process ends: by a return, an abort, a signal or SIGKILL.
/// A second process waits for the end of the first and of the processes that it has forked; then it
/// kills the programs that they started and removes their temporary folders.
///
/// A process that never begins it, as a test or somebody's own program, does without: all functions
/// may be called and then have no effect. Linux only: it looks into /proc.
/// Thread: one thread.
namespace leasecheck::sim::cleanup {

/// Starts the second process; where there are no more processes, it is done without.
/// Pre: this process has one thread and has not begun before.
void begin();

/// Says that this process has nothing more to leave behind, and waits until all is cleaned up.
/// Pre: the processes that it has forked have ended.
void end();

/// A process group that is killed in the end, until it is taken back: then its number may be
/// another's.
void add_group(pid_t group);
void take_back_group(pid_t group);

/// What the program that is started next is given in its environment, "NAME=VALUE", so that it and
/// all that it starts are found, wherever they went: into other groups, sessions or under other
/// parents. Empty if there is no second process. A program that removes it is found by its group
/// only.
[[nodiscard]] std::string mark_of_started();

/// How the path of a temporary folder in `parent` has to begin so that it is removed.
[[nodiscard]] std::string folder_prefix(const std::filesystem::path& parent);

}  // namespace leasecheck::sim::cleanup
