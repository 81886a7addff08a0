/*
 * Figures for people: thousands apart, few decimals, a dash for what is missing.
 */
#ifndef AEE_TOOLS_REPORT_FIGURE_H
#define AEE_TOOLS_REPORT_FIGURE_H

#include <stdint.h>

#define FIGURE_MISSING "\u2013" /* an en dash */

/* A text of its own, to be given by value: figure_count(3).text. */
struct figure {
	char text[48];
};

/* 1,865,712.93 with so many decimals (0 to 6). */
struct figure figure_number(double v, int decimals);

/* The same with a sign: +132,638. */
struct figure figure_signed(double v, int decimals);

/* 0.0227 as 2.27 %. */
struct figure figure_percent(double v, int decimals);

/* 0.042 as +4.2 %. */
struct figure figure_change(double v);

/* For an axis: 1.5M, 300k. */
struct figure figure_short(double v);

/* A probability: 0.031, <0.001. */
struct figure figure_p(double v);

/* 2025-01-01; and 2025-01-01 to 2025-01-07, or the one day. */
struct figure figure_date(int32_t day);
struct figure figure_days(int32_t from, int32_t to);

#endif
