#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes samples.txt: the data that R, SciPy and cgchurn all compute from.

One case a line: KIND NAME M a... N b...   (paired and bootstrap cases have their own columns)
"""
import random

rng = random.Random(20260131)


def numbers(values):
    return " ".join(repr(v) for v in values)


def heavy(n, scale=0.05):
    """Log quantiles of boots: normal with now and then a far one."""
    return [11.3 + rng.gauss(0, scale) * (6 if rng.random() < 0.1 else 1) for _ in range(n)]


def rounded(n, low, high):
    return [rng.randint(low, high) / 8 for _ in range(n)]


def main():
    lines = []
    for m, n in [(1, 1), (2, 3), (3, 3), (4, 4), (4, 7), (5, 5), (6, 6), (6, 6), (10, 12), (20, 20),
                 (50, 50)]:
        a = heavy(m)
        b = [v + rng.choice([0, 0.05, 0.3]) for v in heavy(n)]
        lines.append(f"untied {m}x{n}-{len(lines)} {m} {numbers(a)} {n} {numbers(b)}")
    for m, n in [(60, 60), (80, 120)]:
        a, b = heavy(m), [v + 0.015 for v in heavy(n)]
        lines.append(f"large {m}x{n} {m} {numbers(a)} {n} {numbers(b)}")
    for m, n, high in [(4, 4, 3), (4, 5, 20), (5, 5, 6), (6, 6, 4), (6, 6, 12), (6, 5, 40), (6, 6, 1)]:
        a, b = rounded(m, 0, high), [v + 0.25 for v in rounded(n, 0, high)]
        lines.append(f"tied {m}x{n}-{len(lines)} {m} {numbers(a)} {n} {numbers(b)}")
    lines.append("tied constant 5 " + numbers([1.0] * 5) + " 5 " + numbers([1.0] * 5))
    lines.append("tied apart 5 " + numbers([1.0] * 5) + " 5 " + numbers([2.0] * 5))
    for n in [1, 4, 5, 6, 7, 9, 15, 30]:
        d = [rng.gauss(0.03, 0.05) for _ in range(n)]
        lines.append(f"paired {n}-{len(lines)} {n} {numbers(d)}")
    for n, high in [(6, 4), (7, 20), (9, 6), (10, 3)]:
        d = [rng.randint(-high, high + 2) / 8 for _ in range(n)]
        lines.append(f"paired-tied {n}-{len(lines)} {n} {numbers(d)}")
    lines.append("paired-tied zeros 5 " + numbers([0.0] * 5))
    for n in [1, 2, 7, 40]:
        p = [rng.random() ** 3 for _ in range(n)]
        if n > 5:
            p[3] = p[4]
        lines.append(f"adjust {n} {n} {numbers(p)}")
    with open("samples.txt", "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")


main()
