/* lease-core for SPIN. Parameters by -D: W workers, A attempts (each 1 to 3), TTL, GRACE, E the
 * highest epoch. One process, one d_step per action instance: SPIN's stored states and transitions
 * are those of the model. */
#ifndef W
#define W 3
#define A 3
#define TTL 3
#define GRACE 2
#define E 2
#endif

#define FULL (TTL + GRACE + 1)
#define NONE W

#define QUEUED 0
#define LEASED 1
#define COMPLETED 2

byte status[A];
byte owner[A] = NONE;
byte rem[A];
byte epoch[A];
bool up[W] = true;
byte belief[W * A];

#define BELIEF(w, a) belief[(w) * A + (a)]

#if A == 1
#define EACH_ATTEMPT(f) f(0)
#define ANY_ATTEMPT(f) f(0)
#define EACH_ATTEMPT_OF(f, w) f(w, 0)
#elif A == 2
#define EACH_ATTEMPT(f) f(0) f(1)
#define ANY_ATTEMPT(f) (f(0) || f(1))
#define EACH_ATTEMPT_OF(f, w) f(w, 0) f(w, 1)
#else
#define EACH_ATTEMPT(f) f(0) f(1) f(2)
#define ANY_ATTEMPT(f) (f(0) || f(1) || f(2))
#define EACH_ATTEMPT_OF(f, w) f(w, 0) f(w, 1) f(w, 2)
#endif

#if W == 1
#define EACH_WORKER(f) f(0)
#define EACH_PAIR(f) EACH_ATTEMPT_OF(f, 0)
#elif W == 2
#define EACH_WORKER(f) f(0) f(1)
#define EACH_PAIR(f) EACH_ATTEMPT_OF(f, 0) EACH_ATTEMPT_OF(f, 1)
#else
#define EACH_WORKER(f) f(0) f(1) f(2)
#define EACH_PAIR(f) EACH_ATTEMPT_OF(f, 0) EACH_ATTEMPT_OF(f, 1) EACH_ATTEMPT_OF(f, 2)
#endif

/* A believer is the owner; there is one owner, so there is at most one believer. */
#define SOUND(w, a) \
  assert((status[a] != LEASED || BELIEF(w, a) != epoch[a] || owner[a] == w) && \
         BELIEF(w, a) <= epoch[a]);
inline invariant() { EACH_PAIR(SOUND) }

#define CLAIM(w, a) \
  :: d_step { up[w] && status[a] == QUEUED && epoch[a] < E -> \
       status[a] = LEASED; owner[a] = w; rem[a] = FULL; epoch[a] = epoch[a] + 1; \
       BELIEF(w, a) = epoch[a]; invariant() }
#define HEARTBEAT(w, a) \
  :: d_step { up[w] && status[a] == LEASED && BELIEF(w, a) == epoch[a] -> \
       rem[a] = FULL; invariant() }
#define COMPLETE(w, a) \
  :: d_step { up[w] && status[a] == LEASED && BELIEF(w, a) == epoch[a] -> \
       status[a] = COMPLETED; owner[a] = NONE; rem[a] = 0; BELIEF(w, a) = 0; invariant() }
#define STALE(w, a) \
  :: d_step { up[w] && BELIEF(w, a) != 0 && \
       !(status[a] == LEASED && BELIEF(w, a) == epoch[a]) -> BELIEF(w, a) = 0; invariant() }

#define COUNTS(a) (status[a] == LEASED && rem[a] > 0)
#define COUNT_DOWN(a) if :: COUNTS(a) -> rem[a] = rem[a] - 1 :: else fi;

#define EXPIRE(a) \
  :: d_step { status[a] == LEASED && rem[a] == 0 -> \
       status[a] = QUEUED; owner[a] = NONE; invariant() }

#define FORGET(w, a) BELIEF(w, a) = 0;
#define CRASH(w) :: d_step { up[w] -> up[w] = false; EACH_ATTEMPT_OF(FORGET, w) invariant() }
#define RESTART(w) :: d_step { !up[w] -> up[w] = true; invariant() }

active proctype system() {
  do
  EACH_PAIR(CLAIM)
  EACH_PAIR(HEARTBEAT)
  EACH_PAIR(COMPLETE)
  EACH_PAIR(STALE)
  :: d_step { ANY_ATTEMPT(COUNTS) -> EACH_ATTEMPT(COUNT_DOWN) invariant() }
  EACH_ATTEMPT(EXPIRE)
  EACH_WORKER(CRASH)
  EACH_WORKER(RESTART)
  od
}
