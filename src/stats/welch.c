/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/welch.h"

#include <math.h>

#include "stats/distribution.h"

static double mean(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return sum / (double)n;
}

double welch_squares(const double *values, size_t n)
{
	double centre = mean(values, n), sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (values[i] - centre) * (values[i] - centre);
	return sum;
}

double welch_deviation(const double *values, size_t n)
{
	return n > 1 ? sqrt(welch_squares(values, n) / (double)(n - 1)) : NAN;
}

struct welch welch_test(const double *a, size_t m, const double *b, size_t n, double level)
{
	double of_a = pow(welch_deviation(a, m), 2) / (double)m,
	       of_b = pow(welch_deviation(b, n), 2) / (double)n, error = sqrt(of_a + of_b),
	       difference = mean(b, n) - mean(a, m), exact, half;
	unsigned degrees;

	if (error == 0)
		return (struct welch){difference, difference, difference == 0};
	exact = pow(error, 4) / (of_a * of_a / (double)(m - 1) + of_b * of_b / (double)(n - 1));
	degrees = (unsigned)(exact + 1e-9); /* sides that are alike give a whole number */
	half = student_quantile((1 + level) / 2, degrees) * error;
	return (struct welch){.low = difference - half,
			      .high = difference + half,
			      .p = 2 * student_probability(-fabs(difference) / error, degrees)};
}
