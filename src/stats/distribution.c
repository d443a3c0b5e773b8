/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/distribution.h"

#include <math.h>
#include <stdbool.h>

double normal_probability(double z)
{
	return erfc(-z / M_SQRT2) / 2;
}

/* P(|T| <= t), t = tan(theta) * sqrt(degrees): a finite sum, of one form for odd, one for even. */
static double within(double theta, unsigned degrees)
{
	double c = cos(theta), s = sin(theta), sum = 0, term;
	bool odd = degrees % 2;

	term = odd ? c : 1;
	for (unsigned k = odd ? 3 : 2; k <= degrees; k += 2) {
		sum += term;
		term *= c * c * (k - 1) / k;
	}
	return odd ? 2 / M_PI * (theta + s * sum) : s * sum;
}

double student_probability(double t, unsigned degrees)
{
	double inside = within(atan(fabs(t) / sqrt(degrees)), degrees);

	return t < 0 ? (1 - inside) / 2 : (1 + inside) / 2;
}

/* The sums above lose digits in far tails; halving an interval needs none of their derivatives. */
static double invert(double p, unsigned degrees)
{
	double low = -1, high = 1;

	while ((degrees ? student_probability(low, degrees) : normal_probability(low)) > p)
		low *= 2;
	while ((degrees ? student_probability(high, degrees) : normal_probability(high)) < p)
		high *= 2;
	for (int i = 0; i < 200; i++) {
		double middle = (low + high) / 2;
		double at =
			degrees ? student_probability(middle, degrees) : normal_probability(middle);

		if (at < p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

double normal_quantile(double p)
{
	/* The upper tail through the lower one, where erfc() keeps its relative precision. */
	return p > 0.5 ? -invert(1 - p, 0) : invert(p, 0);
}

double student_quantile(double p, unsigned degrees)
{
	return invert(p, degrees);
}
