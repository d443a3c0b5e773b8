"""Which commit of a line changed a figure, from boots whose figures scatter.

A place is a commit's position on the line, from 0 (the good end) to `last` (the bad end). One commit between them,
the first bad one, shifts the logarithm of the figure. All boots scatter alike; the two means and the scatter are
unknown, so each boot of any commit informs about all of them. With flat priors (of the scatter: of its logarithm) and
with independent normal errors the probability that place k is the first bad one is proportional to

    RSS(k) ^ -((n - 2) / 2) / sqrt(n_before n_after)

where RSS is the sum of squares about the two means and n the number of boots (Smith 1975, "A Bayesian approach to
inference about a change-point in a sequence of random variables"). The next boot is of the commit that halves this
probability (Horstein 1963; Waeber, Frazier and Henderson 2013, "Bisection search with noisy responses"). A step that
misleads is thus corrected by later ones.

Real boots have outliers, which normal errors do not expect. A figure that lies far outside the ends' is moved closer,
so that one boot counts at most as one of the other side.
"""
import math
import statistics

# Boots of each end before the search begins, and of the two commits between which it ends. `cgchurn compare` decides one
# metric from four on.
ENOUGH = 4
# Boots of a commit per step. Its build costs more than a boot.
STEP = 2
# The search begins once the ends differ by this many standard errors,
CLEAR = 3
# and ends once a commit is this likely.
SURE = 0.99
# Outside this many standard deviations a boot of an end is an outlier.
OUTLIER = 3
# A standard deviation from the median absolute deviation of normal errors.
MAD_TO_SD = 1.4826
# Logarithms of figures are not known better, because figures are rounded.
LEAST_VARIANCE = 1e-12


class Search:
    """Values are logarithms of the figure, one per boot. wanted() asks for no more than `most` boots."""

    def __init__(self, last, most):
        self.last = last
        self.most = most
        self.values = {}  # place: [value]
        self.skipped = set()  # places that do not build or do not boot
        self.lost = 0  # boots without a value

    def add(self, place, value):
        self.values.setdefault(place, []).append(value)

    def skip(self, place):
        """The place cannot be measured. The first bad commit can still be there."""
        if place in (0, self.last):
            raise ValueError("an end cannot be skipped")
        self.skipped.add(place)

    def boots(self):
        return sum(map(len, self.values.values())) + self.lost

    def wanted(self):
        """The places to boot next, each as often as it is named. None: the search is at its end."""
        return self._wanted()[:max(self.most - self.boots(), 0)]

    def _wanted(self):
        ends = [place for place in (0, self.last) for _ in range(ENOUGH - len(self.values.get(place, [])))]
        if ends:
            return ends
        if not self.ends_differ():
            return [0, self.last]
        if not self.is_found():
            return [self.next()] * STEP
        first, last, _ = self.best()
        return [place for place in (first - 1, last) for _ in range(ENOUGH - len(self.values[place]))]

    def ends_differ(self):
        shift, error = self.ends()
        return abs(shift) >= CLEAR * error

    def is_found(self):
        return self.best()[2] >= SURE

    def ends(self):
        """(shift from the good to the bad end, its standard error, which is infinite for fewer than three boots)"""
        good, bad = self.values.get(0, []), self.values.get(self.last, [])
        if not (good and bad):
            return 0.0, math.inf
        freedom = len(good) + len(bad) - 2
        shift = statistics.fmean(bad) - statistics.fmean(good)
        if freedom < 1:
            return shift, math.inf
        variance = sum(statistics.pvariance(side) * len(side) for side in (good, bad)) / freedom
        return shift, math.sqrt(max(variance, LEAST_VARIANCE) * (1 / len(good) + 1 / len(bad)))

    def _within(self):
        """The values, outliers moved to the limit."""
        medians = [statistics.median(self.values[place]) for place in (0, self.last)]
        deviations = [abs(v - middle) for place, middle in zip((0, self.last), medians) for v in self.values[place]]
        margin = max(abs(medians[1] - medians[0]) / 2, OUTLIER * MAD_TO_SD * statistics.median(deviations))
        low, high = min(medians) - margin, max(medians) + margin
        return {place: [min(max(v, low), high) for v in values] for place, values in self.values.items()}

    def gaps(self):
        """[(first, last, probability)]: that the first bad commit is one of first to last, between measured places."""
        values = self._within()
        places = sorted(values)
        whole = [v for place in places for v in values[place]]
        n, middle = len(whole), statistics.fmean(whole)
        squares = sum((v - middle) ** 2 for v in whole)
        before, total, logs = 0, 0.0, []
        for place, following in zip(places, places[1:]):
            before += len(values[place])
            total += sum(v - middle for v in values[place])
            rss = max(squares - total ** 2 * n / (before * (n - before)), n * LEAST_VARIANCE)
            logs.append(math.log(following - place) - (n - 2) / 2 * math.log(rss) - math.log(before * (n - before)) / 2)
        weights = [math.exp(log - max(logs)) for log in logs]
        return [(place + 1, following, weight / sum(weights))
                for place, following, weight in zip(places, places[1:], weights)]

    def _inside(self, first, last):
        """Places that would split a gap."""
        return [place for place in range(first, last) if place not in self.skipped]

    def best(self):
        """(first, last, probability): the likeliest commit, or those that only skipped ones separate."""
        first, last, probability = max(self.gaps(), key=lambda gap: gap[2] / (gap[1] - gap[0] + 1))
        if self._inside(first, last):
            return last, last, probability / (last - first + 1)
        return first, last, probability

    def next(self):
        """The place to boot next."""
        below = 0.0
        for first, last, probability in self.gaps():
            if below + probability >= 0.5:
                break
            below += probability
        inside = self._inside(first, last)
        if not inside:
            return min((first - 1, last), key=lambda place: len(self.values[place]))
        median = first - 1 + (last - first + 1) * (0.5 - below) / probability
        return min(inside, key=lambda place: abs(place - median))

    def is_bad(self, place):
        """The probability that the first bad commit is this place or one before it."""
        return sum(p * min(max((place - first + 1) / (last - first + 1), 0), 1) for first, last, p in self.gaps())
