#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes expected-scipy.txt from samples.txt: what R has no exact answer for, that is data with ties.

p comes from scipy.stats.permutation_test over all arrangements; the interval from testing a shift
in every gap between neighbouring candidates.
"""
import math

import numpy
from scipy import stats

ALL = 10**9


def p_labels(a, b):
    def statistic(x, y):
        return stats.rankdata(numpy.concatenate([x, y]))[len(x):].sum()

    return stats.permutation_test((a, b), statistic, permutation_type="independent",
                                  n_resamples=ALL, vectorized=False).pvalue


def p_signs(d):
    ranks = stats.rankdata(numpy.abs(d))

    def statistic(signed):
        return signed[signed > 0].sum()

    return stats.permutation_test((ranks * numpy.sign(d),), statistic, permutation_type="samples",
                                  n_resamples=ALL, vectorized=False).pvalue


def invert(candidates, p_at):
    """The closed hull of the accepted shifts: the candidates and the gaps between them."""
    edges = sorted(set(candidates))
    gaps = [edges[0] - 1] + [(x + y) / 2 for x, y in zip(edges, edges[1:])] + [edges[-1] + 1]
    inside = [edge for edge in edges if p_at(edge) > 0.05]
    for i, middle in enumerate(gaps):
        if p_at(middle) > 0.05:
            inside.append(edges[i - 1] if i > 0 else -math.inf)
            inside.append(edges[i] if i < len(edges) else math.inf)
    return min(inside), max(inside)


def two_sample(a, b):
    differences = numpy.subtract.outer(b, a).ravel()
    low, high = invert(differences, lambda d: p_labels(a, b - d))
    return numpy.median(differences), low, high, p_labels(a, b)


def one_sample(d):
    n = len(d)
    walsh = [(d[i] + d[j]) / 2 for i in range(n) for j in range(i, n)]
    low, high = invert(walsh, lambda s: p_signs(d - s))
    return numpy.median(walsh), low, high, p_signs(d)


def main():
    out = []
    with open("samples.txt", encoding="ascii") as samples:
        for line in samples:
            kind, name, *rest = line.split()
            m = int(rest[0])
            a = numpy.array([float(v) for v in rest[1:1 + m]])
            if kind == "tied" or (kind == "untied" and 2 <= m <= 5):
                b = numpy.array([float(v) for v in rest[2 + m:]])
                values = two_sample(a, b)
            elif kind == "paired-tied" or (kind == "paired" and 2 <= m <= 9):
                values = one_sample(a)
            else:
                continue
            out.append(f"{kind} {name} " + " ".join(repr(float(v)) for v in values))
    with open("expected-scipy.txt", "w", encoding="ascii") as expected:
        expected.write("\n".join(out) + "\n")


main()
