#pragma once

#include <cstdint>
#include <string>

/// What a simulated device promises, and what becomes of unsynced writes when the power goes. Only
/// what is not promised is ever broken: what was synced is kept, always. So every state that a
/// power loss can leave is one from which a correct implementation recovers all that it
/// acknowledged after a sync, and none has to be excused as beyond recovery.
/// Source: the meaning of SQLITE_IOCAP_*, https://www.sqlite.org/c3ref/c_iocap_atomic.html
namespace leasecheck::sim {

struct Device {
  std::uint32_t sector_size = 4096;  ///< the unit of loss; SQLite asks for it
  bool atomic_writes = false;        ///< a write is kept or lost as a whole
  bool safe_append = false;          ///< a file never grows over data that was not written
  bool sequential = false;           ///< writes reach the medium in order: loss is a suffix
  bool powersafe_overwrite = true;   ///< bytes next to a torn write in its sector stay intact
};

/// What becomes of one piece of an unsynced write.
enum class WriteOutcome : std::uint8_t {
  kept,
  lost,
  torn  ///< its first half is there, then rubbish; `lost` on a device with atomic writes
};

/// One piece of what is not yet on the medium: a part of a write within one sector (or a whole
/// write, on a device with atomic ones), a change of a file's size, or of a directory.
struct Fragment {
  enum class Kind : std::uint8_t { created, removed, resized, written };
  Kind kind = Kind::written;
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

}  // namespace leasecheck::sim
