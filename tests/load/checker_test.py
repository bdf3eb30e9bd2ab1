"""Each fault that a load test looks for, in a log made by hand, is found, and a log without one is passed."""

import unittest

import checker
from checker import Copy, Effect, Process

ACKNOWLEDGED = {"job-0": 100, "job-1": 100, "job-2": 200}
EFFECTS = [Effect("job-0", 1, "a", 150), Effect("job-1", 1, "a", 160), Effect("job-2", 1, "b", 250)]


class Lost(unittest.TestCase):
    def test_none_where_each_has_an_effect(self):
        self.assertEqual(checker.lost(ACKNOWLEDGED, EFFECTS), [])

    def test_an_id_without_an_effect(self):
        self.assertEqual(checker.lost(ACKNOWLEDGED, EFFECTS[1:]), ["job-0 was acknowledged and has no effect"])

    def test_an_id_of_which_every_effect_was_refused(self):
        refused = [Effect("job-0", 1, "a", 150, accepted=False), *EFFECTS[1:]]
        self.assertEqual(len(checker.lost(ACKNOWLEDGED, refused)), 1)


class OlderHolders(unittest.TestCase):
    def found(self, *tokens_and_workers):
        return checker.effects_of_older_holders(
            [Effect("job-0", token, worker, at) for at, (token, worker) in enumerate(tokens_and_workers)])

    def test_none_where_tokens_ascend(self):
        self.assertEqual(self.found((1, "a"), (4, "b"), (5, "a")), [])

    def test_tokens_are_of_their_attempt(self):
        self.assertEqual(checker.effects_of_older_holders([Effect("job-0", 9, "a", 1), Effect("job-1", 1, "b", 2)]), [])

    def test_an_older_token_after_a_newer(self):
        self.assertEqual(self.found((4, "b"), (1, "a")), [
            "job-0: an effect of a with token 1 was accepted after one of b with token 4"])

    def test_an_older_token_after_a_newer_and_others(self):
        self.assertEqual(len(self.found((4, "b"), (1, "a"), (3, "c"))), 2)

    def test_one_token_of_two_holders(self):
        self.assertEqual(len(self.found((4, "b"), (4, "a"))), 1)

    def test_refused_ones_are_no_effects(self):
        self.assertEqual(checker.effects_of_older_holders(
            [Effect("job-0", 4, "b", 1), Effect("job-0", 1, "a", 2, accepted=False)]), [])

    def test_counts_what_was_done_more_than_once(self):
        self.assertEqual(checker.done_more_than_once([*EFFECTS, Effect("job-2", 3, "a", 300)]), 1)


class Starved(unittest.TestCase):
    def starved(self, processes, turns):
        return checker.fairness(processes, turns, until=100_000, least_seconds=20, least_share=0.25).starved

    def test_none_where_each_has_its_share(self):
        processes = [Process("a", "work", 0), Process("b", "work", 0, ended=50_000)]
        self.assertEqual(self.starved(processes, {"a": 1000, "b": 300}), [])

    def test_one_that_does_little(self):
        processes = [Process(name, "work", 0) for name in "abc"]
        self.assertEqual(self.starved(processes, {"a": 1000, "b": 1000, "c": 50}),
                         ["c did 0.50 in a second, of 6.83 in the mean"])

    def test_one_that_does_nothing(self):
        processes = [Process(name, "work", 0) for name in "abc"]
        self.assertEqual(len(self.starved(processes, {"a": 1000, "b": 1000})), 1)

    def test_not_one_that_was_stopped(self):
        processes = [Process("a", "work", 0), Process("b", "work", 0, stops=[[10_000, 90_000]])]
        self.assertEqual(self.starved(processes, {"a": 1000, "b": 200}), [])

    def test_not_one_that_ran_for_a_moment(self):
        processes = [Process("a", "work", 0), Process("b", "work", 0, ended=5_000)]
        self.assertEqual(self.starved(processes, {"a": 1000}), [])

    def test_running_ends_with_the_process_and_with_the_load(self):
        process = Process("a", "work", 10_000, ended=40_000, stops=[[15_000, 20_000], [38_000, 45_000]])
        self.assertEqual(process.seconds_running(100_000), 23)
        self.assertEqual(process.seconds_running(17_000), 5)
        self.assertEqual(Process("b", "work", 10_000).seconds_running(30_000), 20)


class Standstills(unittest.TestCase):
    def test_none_between_answers_that_come_in_time(self):
        self.assertEqual(checker.standstills(ACKNOWLEDGED, until=300, longest=100), [])

    def test_one_between_two_answers_and_one_before_the_end(self):
        self.assertEqual(checker.standstills(ACKNOWLEDGED, until=300, longest=99), [
            "the producer got nothing acknowledged from 100 to 200",
            "the producer got nothing acknowledged from 200 to 300"])


class Log(unittest.TestCase):
    def found(self, samples, pins=(), effects_at=()):
        effects = [Effect("job-0", token, "a", at) for token, at in enumerate(effects_at)]
        free = checker.moments_of_free_log(samples, pins, effects, settle=2)
        return checker.log_out_of_bounds(free, most_bytes=1000)

    def test_none_while_it_is_small(self):
        self.assertEqual(self.found([(0, 0), (1000, 1000)]), [])

    def test_one_that_grows_by_itself(self):
        self.assertEqual(len(self.found([(0, 1000), (1000, 1001), (2000, 1500)])), 2)

    def test_one_that_a_reader_holds(self):
        self.assertEqual(self.found([(1000, 1001)], [(900, 2000)], [950, 960, 970]), [])

    def test_one_that_has_had_no_time_to_shrink(self):
        self.assertEqual(self.found([(2500, 1001)], [(900, 2000)], [1999, 2000, 2001, 2600]), [])

    def test_one_that_does_not_shrink_afterwards(self):
        self.assertEqual(len(self.found([(2500, 1001)], [(900, 2000)], [2001, 2002])), 1)

    def test_one_between_two_readers(self):
        samples, pins, effects_at = [(500, 1001)], [(100, 200), (600, 700)], [300, 400]
        self.assertEqual(len(self.found(samples, pins, effects_at)), 1)


class Copies(unittest.TestCase):
    def flaws(self, statuses, began=210, ended=220):
        return checker.flaws_of_copies([Copy(began, ended, statuses)], ACKNOWLEDGED, EFFECTS, batch=1)

    def test_none_of_one_moment(self):
        self.assertEqual(self.flaws({"job-0": 4, "job-1": 4, "job-2": 0}), [])
        self.assertEqual(self.flaws({"job-2": 1}), [])  # what is finished may be pruned
        self.assertEqual(self.flaws({"job-2": 1, "job-3": 0}), [])  # on its way

    def test_one_that_lacks_what_was_acknowledged(self):
        self.assertEqual(self.flaws({"job-0": 4, "job-1": 4}),
                         ["a copy lacks job-2, which was not finished when it ended"])

    def test_one_that_lacks_what_came_before_something_in_it(self):
        self.assertEqual(len(self.flaws({"job-1": 0}, began=50, ended=140)), 1)

    def test_one_that_lacks_what_nobody_ever_did(self):
        acknowledged = {**ACKNOWLEDGED, "job-3": 205}
        self.assertEqual(checker.flaws_of_copies([Copy(210, 220, {"job-2": 0})], acknowledged, EFFECTS, batch=1),
                         ["a copy lacks job-3, which was not finished when it ended"])

    def test_one_that_has_what_came_later(self):
        self.assertEqual(self.flaws({"job-2": 0, "job-4": 0}),
                         ["a copy has job-4, which nobody had enqueued when it ended"])

    def test_one_in_which_work_is_done_before_it_was(self):
        self.assertEqual(self.flaws({"job-2": 4}),
                         ["a copy has job-2 completed, which had no effect when it ended"])


class Queue(unittest.TestCase):
    def test_holds_nothing_but_what_is_completed(self):
        self.assertEqual(checker.left_in_queue({"queued": 0, "completed": 7}), [])
        self.assertEqual(checker.left_in_queue({"leased": 2, "completed": 7}), ["2 attempts are leased at the end"])
        self.assertEqual(len(checker.left_in_queue({"failed": 1, "queued": 3})), 2)


if __name__ == "__main__":
    unittest.main()
