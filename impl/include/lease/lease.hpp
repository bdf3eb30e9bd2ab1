#pragma once

/// Everything that the library offers, in one header.

#include "lease/attempt_repository.hpp"
#include "lease/clock.hpp"
#include "lease/ids.hpp"
#include "lease/lease_manager.hpp"
#include "lease/memory.hpp"
#include "lease/observer.hpp"
#include "lease/operation_log.hpp"
#include "lease/prometheus.hpp"
#include "lease/recording_repository.hpp"
#include "lease/records.hpp"
#include "lease/result.hpp"
#include "lease/runtime_repository.hpp"
#include "lease/scheduler.hpp"
#include "lease/sqlite.hpp"
#include "lease/types.hpp"
#include "lease/version.hpp"
#include "lease/words.hpp"
#include "lease/worker.hpp"
#include "lease/worker_core.hpp"
#include "lease/worker_repository.hpp"
