#!/usr/bin/env python3
"""The search of vm-bisect: its probabilities against sums over all commits, and what it asks for next."""
import math
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["CGCHURN_SOURCE"], "scripts/lib"))
from bisection.search import CLEAR, ENOUGH, STEP, Search


def searched(last, values, most=100):
    search = Search(last, most)
    for place, figures in values.items():
        for figure in figures:
            search.add(place, figure)
    return search


def answered(search, first_bad, scatter, draw, shift=0.1, broken=()):
    """Boots all that the search asks for. Returns the places in the order in which they were booted."""
    asked = []
    while (places := search.wanted()):
        for place in places:
            if place in broken:
                search.skip(place)
                break
            asked.append(place)
            search.add(place, draw.gauss(shift if place >= first_bad else 0, scatter))
    return asked


class Probabilities(unittest.TestCase):
    def test_smith(self):
        """Smith's posterior, written down for each single commit."""
        draw = random.Random(1)
        values = {place: [draw.uniform(-0.05, 0.05) + (0.1 if place >= 6 else 0) for _ in range(3)] for place in (0, 3, 5, 8, 10)}
        search, weights = searched(10, values), {}
        for first_bad in range(1, 11):
            sides = [[v for place, figures in values.items() for v in figures if (place >= first_bad) == bad] for bad in (0, 1)]
            rss = sum((v - sum(side) / len(side)) ** 2 for side in sides for v in side)
            weights[first_bad] = rss ** (-(15 - 2) / 2) / math.sqrt(len(sides[0]) * len(sides[1]))
        for first, last, probability in search.gaps():
            wanted = sum(weights[place] for place in range(first, last + 1)) / sum(weights.values())
            self.assertAlmostEqual(probability, wanted, places=9)
        self.assertAlmostEqual(search.is_bad(7), sum(weights[place] for place in range(1, 8)) / sum(weights.values()), places=9)

    def test_figures_without_scatter(self):
        search = searched(8, {0: [1, 1], 4: [1, 1], 8: [2, 2]})
        self.assertEqual([(first, last, round(p, 6)) for first, last, p in search.gaps()], [(1, 4, 0), (5, 8, 1)])

    def test_an_outlier_is_no_more_than_one_boot_of_the_other_side(self):
        ends = {0: [0, 0.001, 0, 0.002], 16: [0.1, 0.101, 0.1, 0.102]}
        near, far = (searched(16, {**ends, 8: [0.0, 0.001, 0.0, value]}).is_bad(8) for value in (0.15, 1000))
        self.assertAlmostEqual(near, far, places=2)
        self.assertLess(far, 0.5)


class Course(unittest.TestCase):
    def test_ends_first_until_they_differ(self):
        search = Search(100, 1000)
        self.assertEqual(search.wanted(), [0] * ENOUGH + [100] * ENOUGH)
        for value in (0, 1, 0, 1):
            search.add(0, value)
            search.add(100, value + 0.5)
        self.assertEqual(search.wanted(), [0, 100])
        self.assertFalse(search.ends_differ())
        while not search.ends_differ():
            self.assertEqual(search.wanted(), [0, 100])
            search.add(0, 0.5)
            search.add(100, 1)
        shift, error = search.ends()
        self.assertGreaterEqual(shift, CLEAR * error)
        self.assertEqual(search.wanted(), [50] * STEP)

    def test_halves_and_confirms_in_logarithmic_time(self):
        draw = random.Random(2)
        for first_bad in (1, 2, 511, 512, 1023, 1024):
            search = Search(1024, 60)
            answered(search, first_bad, 0.002, draw)
            self.assertEqual(search.best()[:2], (first_bad, first_bad))
            self.assertTrue(search.is_found())
            self.assertLessEqual(search.boots(), 2 * ENOUGH + STEP * 11 + 2 * ENOUGH)
            for place in (first_bad - 1, first_bad):
                self.assertGreaterEqual(len(search.values[place]), ENOUGH)

    def test_a_step_that_misleads_is_corrected(self):
        search = searched(64, {0: [0, 0.01, 0, 0.02], 64: [0.1, 0.11, 0.1, 0.12], 32: [0.1, 0.11]})
        answered(search, 50, 0.01, random.Random(3))
        self.assertEqual(search.best()[:2], (50, 50))

    def test_skipped_ones_are_not_asked_for_and_not_cleared(self):
        broken = {7, 8, 9}
        search = Search(16, 100)
        asked = answered(search, 8, 0.002, random.Random(4), broken=broken)
        self.assertFalse(broken & set(asked))
        self.assertEqual(search.best()[:2], (7, 10))
        with self.assertRaises(ValueError):
            search.skip(16)

    def test_no_more_boots_than_allowed_and_lost_ones_count(self):
        search = Search(1024, 20)
        search.lost = 3
        self.assertEqual(len(answered(search, 300, 0.05, random.Random(5))), 17)
        self.assertFalse(search.is_found())

    def test_without_a_figure_of_an_end_they_do_not_differ(self):
        search = searched(8, {0: [1, 1]}, most=4)
        search.lost = 2
        self.assertEqual(search.wanted(), [])
        self.assertFalse(search.ends_differ())

    def test_neighbours_only(self):
        search = Search(1, 50)
        asked = answered(search, 1, 0.01, random.Random(6))
        self.assertEqual(search.best(), (1, 1, 1.0))
        self.assertEqual(len(asked), 2 * ENOUGH)


if __name__ == "__main__":
    unittest.main(verbosity=2)
