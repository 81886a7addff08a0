#include "model/backtest.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/vec.h"
#include "model/stats.h"

/* Half a millisecond, in days: times nearer than that are the same, as sums of
 * times and spans are not exact. */
static const double grace = 0.0005 / DATE_SECONDS;

/* ---- rows in order of time ----------------------------------------------- */

/* The rows with y, by time; a part of them is rows again. */
struct history {
	size_t n;
	size_t *row; /* of the rows given */
	struct prophet_rows rows;
	double *numbers;
	const double **column, **part; /* features, then conditions */
	size_t n_features, n_columns;
};

static int
compare_times(const void *pa, const void *pb, void *t)
{
	const size_t a = *(const size_t *)pa, b = *(const size_t *)pb;
	const double *time = t;

	if (time[a] != time[b])
		return time[a] < time[b] ? -1 : 1;
	return (a > b) - (a < b);
}

static const double *
gather(struct history *h, const double *from, double **next)
{
	double *to = *next;

	if (from == NULL)
		return NULL;
	for (size_t i = 0; i < h->n; i++)
		to[i] = from[h->row[i]];
	*next += h->n;
	return to;
}

static void
release_history(struct history *h)
{
	free(h->row);
	free(h->numbers);
	free(h->column);
	free(h->part);
}

static int
make_history(struct history *h, const struct prophet_spec *spec,
    const struct prophet_rows *rows)
{
	const size_t all = spec->n_features + spec->n_conditions;
	double *next;

	memset(h, 0, sizeof(*h));
	h->n_features = spec->n_features;
	h->n_columns = all;
	h->row = malloc((rows->n + 1) * sizeof(*h->row));
	h->numbers = malloc((rows->n + 1) * (all + 5) * sizeof(*h->numbers));
	h->column = malloc((all + 1) * sizeof(*h->column));
	h->part = malloc((all + 1) * sizeof(*h->part));
	if (h->row == NULL || h->numbers == NULL || h->column == NULL ||
	    h->part == NULL) {
		release_history(h);
		return -1;
	}
	for (size_t i = 0; i < rows->n; i++)
		if (!isnan(rows->y[i]))
			h->row[h->n++] = i;
	qsort_r(h->row, h->n, sizeof(*h->row), compare_times,
	    (void *)(uintptr_t)rows->t);
	next = h->numbers;
	h->rows.t = gather(h, rows->t, &next);
	h->rows.y = gather(h, rows->y, &next);
	h->rows.cap = gather(h, rows->cap, &next);
	h->rows.floor = gather(h, rows->floor, &next);
	h->rows.weight = gather(h, rows->weight, &next);
	for (size_t j = 0; j < all; j++)
		h->column[j] = gather(h,
		    j < spec->n_features
			? rows->feature[j]
			: rows->condition[j - spec->n_features],
		    &next);
	return 0;
}

/* Rows from .. to - 1, until the next call. */
static struct prophet_rows
part_of(struct history *h, size_t from, size_t to)
{
	struct prophet_rows rows = h->rows;

	rows.n = to - from;
	rows.t += from;
	rows.y += from;
	if (rows.cap != NULL)
		rows.cap += from;
	if (rows.floor != NULL)
		rows.floor += from;
	if (rows.weight != NULL)
		rows.weight += from;
	for (size_t j = 0; j < h->n_columns; j++)
		h->part[j] = h->column[j] + from;
	rows.feature = h->part;
	rows.condition = h->part + h->n_features;
	return rows;
}

/* How many rows are not after a time. */
static size_t
rows_until(const double *t, size_t n, double time)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (t[middle] <= time + grace)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- cutoffs ------------------------------------------------------------- */

static double *
sorted_times(const struct prophet_rows *rows, size_t *n)
{
	static const struct prophet_spec none = { 0 };
	const struct prophet_rows plain = {
		.n = rows->n, .t = rows->t, .y = rows->y
	};
	struct history h;
	double *t;

	if (make_history(&h, &none, &plain) == -1)
		return NULL;
	*n = h.n;
	t = h.numbers; /* its first column */
	h.numbers = NULL;
	release_history(&h);
	return t;
}

/* Whether rows of two times that count are not after a cutoff. */
static bool
can_fit(const struct prophet_rows *rows, double cutoff)
{
	double first = INFINITY, last = -INFINITY;

	for (size_t i = 0; i < rows->n; i++) {
		if (rows->t[i] > cutoff + grace || isnan(rows->y[i]) ||
		    (rows->weight != NULL && rows->weight[i] == 0))
			continue;
		first = fmin(first, rows->t[i]);
		last = fmax(last, rows->t[i]);
	}
	return first < last;
}

static double
default_initial(const struct prophet_spec *spec, double horizon)
{
	double longest = 3 * horizon;

	for (size_t j = 0; j < spec->n_seasonalities; j++)
		longest = fmax(longest, spec->seasonality[j].period);
	return longest;
}

/* The cutoffs, the last one first and one too many. */
static int
list_cutoffs(const double *t, size_t n, double horizon, double period,
    double first, double **list, size_t *count)
{
	double c = t[n - 1] - horizon;
	size_t cap = 0;

	for (;;) {
		size_t until;

		if (vec_grow(list, &cap, *count + 1, sizeof(**list)) == -1)
			return -1;
		(*list)[(*count)++] = c;
		if (c < first - grace)
			return 0;
		c -= period;
		until = rows_until(t, n, c);
		if (until == rows_until(t, n, c + horizon) && until > 0 &&
		    c > t[0] + grace)
			c = t[until - 1] - horizon;
	}
}

const char *
backtest_cutoffs(const struct prophet_spec *spec,
    const struct prophet_rows *rows, const struct backtest_params *params,
    double **cutoff, size_t *n)
{
	const double h = params->horizon;
	const double period = params->period > 0 ? params->period : h / 2;
	const double initial = params->initial > 0 ? params->initial
						   : default_initial(spec, h);
	size_t n_times, count = 0;
	double *list = NULL, *t = sorted_times(rows, &n_times);
	const char *why = NULL;

	*cutoff = NULL;
	*n = 0;
	if (t == NULL)
		return "out of memory";
	if (t[n_times - 1] - h < t[0] - grace)
		why = "the horizon is longer than the history";
	else if (list_cutoffs(t, n_times, h, period, t[0] + initial, &list,
		     &count) == -1)
		why = "out of memory";
	else
		/* The last of the list is one too many; before gaps and rows of
		 * weight 0 there may be more. */
		do
			count--;
		while (count > 0 && !can_fit(rows, list[count - 1]));
	if (why == NULL && count == 0)
		why = "the history is too short for the initial span and a "
		      "horizon";
	free(t);
	if (why != NULL) {
		free(list);
		return why;
	}
	for (size_t i = 0; i < count / 2; i++) {
		const double c = list[i];

		list[i] = list[count - 1 - i];
		list[count - 1 - i] = c;
	}
	*cutoff = list;
	*n = count;
	return NULL;
}

const char *
backtest_check(const struct prophet_rows *rows,
    const struct backtest_params *params, const double *cutoff, size_t n)
{
	size_t n_times;
	double *t = sorted_times(rows, &n_times);
	const char *why = NULL;

	if (t == NULL)
		return "out of memory";
	for (size_t i = 0; i < n && why == NULL; i++) {
		if (!(i == 0 || cutoff[i] > cutoff[i - 1]))
			why = "cutoffs are not in ascending order";
		else if (!(cutoff[i] > t[0]))
			why = "a cutoff is not after the first row";
		else if (!(cutoff[i] <=
			     t[n_times - 1] - params->horizon + grace))
			why = "a cutoff is less than a horizon before the last "
			      "row";
	}
	if (why == NULL && (n == 0 || !can_fit(rows, cutoff[0])))
		why = "fewer than 2 rows before the first cutoff";
	free(t);
	return why;
}

/* ---- runs ---------------------------------------------------------------- */

/* The row whose time is nearest to time, of those below n, within a distance;
 * or n. */
static size_t
nearest(const double *t, size_t n, double time, double within)
{
	const size_t after = rows_until(t, n, time);
	size_t best = n;

	if (after > 0 && time - t[after - 1] < within) {
		best = after - 1;
		within = time - t[best];
	}
	if (after < n && t[after] - time < within)
		best = after;
	return best;
}

/* Half the median gap of times: rows nearer than that are at the same time. */
static double
half_gap(const double *t, size_t n, double *room)
{
	size_t gaps = 0;

	for (size_t i = 1; i < n; i++)
		if (t[i] > t[i - 1])
			room[gaps++] = t[i] - t[i - 1];
	return stats_median(room, gaps) / 2;
}

/* Mean absolute difference of rows a season apart, of the first n. */
static double
naive_scale(const struct history *h, size_t n, double season, double within)
{
	const double *t = h->rows.t, *y = h->rows.y;
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const size_t before = nearest(t, n, t[i] - season, within);

		if (before == n)
			continue;
		sum += fabs(y[i] - y[before]);
		count++;
	}
	return sum / (double)count;
}

/* The last value of the same phase among the first n rows, of a time so many days
 * after the cutoff. */
static double
naive_value(const struct history *h, size_t n, double time, double ahead,
    double season, double within)
{
	double back = season * ceil(ahead / season);

	while (time - back >= h->rows.t[0] - within) {
		const size_t i = nearest(h->rows.t, n, time - back, within);

		if (i < n)
			return h->rows.y[i];
		back += season;
	}
	return NAN;
}

static struct prophet *
fit_until(const struct prophet_spec *spec, struct history *h, size_t n,
    double huber, double *weight, struct prophet_workspace *work)
{
	const struct prophet_rows rows = part_of(h, 0, n);
	struct prophet_spec known = *spec;
	size_t last = n - 1; /* row that counts */

	while (rows.weight != NULL && rows.weight[last] == 0)
		last--;
	if (spec->changepoint != NULL) {
		known.n_changepoints = 0;
		while (known.n_changepoints < spec->n_changepoints &&
		    spec->changepoint[known.n_changepoints] < rows.t[last])
			known.n_changepoints++;
	}
	return huber > 0
	    ? prophet_fit_robust(&known, &rows, huber, weight, work)
	    : prophet_fit(&known, &rows, work);
}

/* Predict rows from .. to - 1 of the history into rows of the backtest. */
static int
predict_part(const struct prophet *fit, struct history *h, size_t from,
    size_t to, double width, double *room, struct backtest_row *row)
{
	const size_t n = to - from;
	const struct prophet_rows rows = part_of(h, from, to);
	const struct prophet_forecast out = {
		.yhat = room, .lower = room + n, .upper = room + 2 * n
	};

	if (prophet_predict(fit, &rows, width, &out) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		row[i].row = h->row[from + i];
		row[i].y = rows.y[i];
		row[i].yhat = out.yhat[i];
		row[i].lower = out.lower[i];
		row[i].upper = out.upper[i];
	}
	return 0;
}

/* One cutoff; appends to out. */
static int
run_cutoff(const struct prophet_spec *spec, struct history *h,
    const struct backtest_params *p, double cutoff, double within, double *room,
    struct prophet_workspace *work, struct backtest *out, size_t *cap)
{
	const size_t known = rows_until(h->rows.t, h->n, cutoff);
	const size_t end = rows_until(h->rows.t, h->n, cutoff + p->horizon);
	const double scale = naive_scale(h, known, p->season, within);
	struct backtest_row *row;
	struct prophet *fit;
	int status;

	if (vec_grow(&out->row, cap, out->n + (end - known) + 1,
		sizeof(*out->row)) == -1)
		return -1;
	row = out->row + out->n;
	for (size_t i = 0; i < end - known; i++) {
		const double t = h->rows.t[known + i];
		const double ahead = date_span(cutoff, t);

		row[i] = (struct backtest_row){
			.cutoff = out->n_cutoffs,
			.horizon = ahead,
			.naive = naive_value(h, known, t, ahead, p->season,
			    within),
			.scale = scale,
		};
	}
	fit = fit_until(spec, h, known, p->huber, room, work);
	if (fit == NULL)
		return -1;
	status = predict_part(fit, h, known, end, p->width, room, row);
	prophet_free(fit);
	out->n += end - known;
	out->n_cutoffs++;
	return status;
}

int
backtest_run(const struct prophet_spec *spec, const struct prophet_rows *rows,
    const struct backtest_params *params, const double *cutoff, size_t n,
    struct prophet_workspace *work, struct backtest *out)
{
	struct prophet_workspace own = { 0 };
	struct history h;
	double *room = NULL;
	size_t cap = 0;
	int status = -1;

	memset(out, 0, sizeof(*out));
	if (make_history(&h, spec, rows) == -1)
		return -1;
	if (work == NULL)
		work = &own;
	room = malloc((3 * h.n + 1) * sizeof(*room));
	out->cutoff = malloc((n + 1) * sizeof(*out->cutoff));
	if (room != NULL && out->cutoff != NULL) {
		const double within = half_gap(h.rows.t, h.n, room);

		if (n > 0)
			memcpy(out->cutoff, cutoff, n * sizeof(*cutoff));
		status = 0;
		for (size_t i = 0; i < n && status == 0; i++)
			status = run_cutoff(spec, &h, params, cutoff[i], within,
			    room, work, out, &cap);
	}
	free(room);
	release_history(&h);
	prophet_workspace_release(&own);
	if (status == -1)
		backtest_release(out);
	return status;
}

void
backtest_release(struct backtest *b)
{
	free(b->cutoff);
	free(b->row);
	memset(b, 0, sizeof(*b));
}

/* ---- metrics ------------------------------------------------------------- */

/* Rows in order of horizon, cutoff, row, and where each horizon starts. */
struct horizons {
	struct backtest_row *row;
	double *x, *median; /* a value per row */
	size_t *first;      /* [n + 1] */
	size_t n, n_rows;
};

static int
compare_horizons(const void *pa, const void *pb)
{
	const struct backtest_row *a = pa, *b = pb;

	if (a->horizon != b->horizon)
		return a->horizon < b->horizon ? -1 : 1;
	if (a->cutoff != b->cutoff)
		return a->cutoff < b->cutoff ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int
make_horizons(struct horizons *h, const struct backtest_row *row, size_t n)
{
	memset(h, 0, sizeof(*h));
	h->row = malloc((n + 1) * sizeof(*h->row));
	h->x = malloc((2 * n + 1) * sizeof(*h->x));
	h->first = malloc((n + 1) * sizeof(*h->first));
	if (h->row == NULL || h->x == NULL || h->first == NULL)
		return -1;
	h->median = h->x + n;
	h->n_rows = n;
	if (n > 0)
		memcpy(h->row, row, n * sizeof(*row));
	qsort(h->row, n, sizeof(*h->row), compare_horizons);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || h->row[i].horizon > h->row[i - 1].horizon)
			h->first[h->n++] = i;
	h->first[h->n] = n;
	return 0;
}

static double
sum_of(const struct horizons *h, size_t horizon)
{
	double sum = 0;

	for (size_t i = h->first[horizon]; i < h->first[horizon + 1]; i++)
		sum += h->x[i];
	return sum;
}

/* Means of h->x over windows of w rows, by *field of out; the last horizon
 * first.  Returns the first horizon with rows enough. */
static size_t
sliding_means(const struct horizons *h, size_t w, double *field)
{
	const size_t stride = sizeof(struct backtest_metrics) / sizeof(*field);
	double sum = 0, count = 0;
	size_t end = h->n; /* horizons that are not done */

	for (size_t i = h->n; i-- > 0;) {
		const double own = sum_of(h, i);
		const double n = (double)(h->first[i + 1] - h->first[i]);

		sum += own;
		count += n;
		while (end > i && count >= (double)w) {
			const double excess = (count - (double)w) * own / n;

			end--;
			field[end * stride] = (sum - excess) / (double)w;
			sum -= sum_of(h, end);
			count -= (double)(h->first[end + 1] - h->first[end]);
		}
	}
	return end;
}

/* Medians alike: all rows of the horizon, and rows before them up to w. */
static void
sliding_medians(const struct horizons *h, size_t w, size_t from, double *field)
{
	const size_t stride = sizeof(struct backtest_metrics) / sizeof(*field);

	for (size_t i = from; i < h->n; i++) {
		const size_t end = h->first[i + 1];
		size_t start = h->first[i];

		if (end - start < w)
			start = end - w;
		memcpy(h->median, h->x + start, (end - start) * sizeof(*h->x));
		field[i * stride] = stats_median(h->median, end - start);
	}
}

static double
square(const struct backtest_row *r)
{
	return (r->y - r->yhat) * (r->y - r->yhat);
}

static double
absolute(const struct backtest_row *r)
{
	return fabs(r->y - r->yhat);
}

static double
relative(const struct backtest_row *r)
{
	return fabs((r->y - r->yhat) / r->y);
}

static double
symmetric(const struct backtest_row *r)
{
	const double size = fabs(r->y) + fabs(r->yhat);

	return size > 0 ? 2 * fabs(r->y - r->yhat) / size : 0;
}

static double
scaled(const struct backtest_row *r)
{
	return r->scale > 0 ? fabs(r->y - r->yhat) / r->scale : (double)NAN;
}

static double
covered(const struct backtest_row *r)
{
	return r->lower <= r->y && r->y <= r->upper;
}

static double
naive_error(const struct backtest_row *r)
{
	return fabs(r->y - r->naive);
}

/* h->x, all NaN if one is or if a ratio has next to nothing below it. */
static void
fill(struct horizons *h, double (*of)(const struct backtest_row *))
{
	bool known = true;

	for (size_t i = 0; i < h->n_rows; i++) {
		h->x[i] = of(&h->row[i]);
		known &= !isnan(h->x[i]);
	}
	for (size_t i = 0; i < h->n_rows && of == relative; i++)
		known &= fabs(h->row[i].y) >= 1e-8;
	for (size_t i = 0; i < h->n_rows && !known; i++)
		h->x[i] = NAN;
}

size_t
backtest_metrics(const struct backtest_row *row, size_t n, double window,
    struct backtest_metrics *out)
{
	const struct {
		double (*of)(const struct backtest_row *);
		double *field;
	} mean[] = {
		{ square, &out->mse },
		{ absolute, &out->mae },
		{ symmetric, &out->smape },
		{ scaled, &out->mase },
		{ covered, &out->coverage },
		{ naive_error, &out->naive_mae },
		{ relative, &out->mape },
	};
	const size_t n_means = sizeof(mean) / sizeof(*mean);
	size_t w = (size_t)floor(window * (double)n), from = 0;
	struct horizons h;

	if (make_horizons(&h, row, n) == -1) {
		from = SIZE_MAX;
		goto out;
	}
	w = w < 1 ? 1 : w;
	w = w > n ? n : w;
	for (size_t k = 0; k < n_means; k++) {
		fill(&h, mean[k].of);
		from = sliding_means(&h, w, mean[k].field);
	}
	sliding_medians(&h, w, from, &out->mdape);
	for (size_t i = from; i < h.n; i++) {
		out[i].horizon = h.row[h.first[i]].horizon;
		out[i].rmse = sqrt(out[i].mse);
	}
	h.n -= from;
	if (from > 0)
		memmove(out, out + from, h.n * sizeof(*out));
	from = h.n;
out:
	free(h.row);
	free(h.x);
	free(h.first);
	return from;
}

/* ---- conformal intervals ------------------------------------------------- */

/* Half the width at a horizon, from rows of all cutoffs but one; room for n. */
static double
half_width(const struct backtest_row *row, size_t n, size_t without,
    double width, double horizon, double *room)
{
	double longest = 0;
	size_t k = 0, rank;

	for (size_t i = 0; i < n; i++)
		if (row[i].cutoff != without)
			longest = fmax(longest, row[i].horizon);
	horizon = fmin(horizon, longest);
	for (size_t i = 0; i < n; i++)
		if (row[i].cutoff != without &&
		    fabs(row[i].horizon - horizon) <= 0.1 * longest)
			room[k++] = absolute(&row[i]);
	if (k == 0)
		return NAN;
	rank = (size_t)ceil((double)(k + 1) * width - 1e-9);
	return stats_select(room, k, rank < k ? rank - 1 : k - 1);
}

int
backtest_conformal(const struct backtest_row *row, size_t n, double width,
    const double *horizon, size_t m, double *half)
{
	double *room = malloc((n + 1) * sizeof(*room));

	if (room == NULL)
		return -1;
	for (size_t i = 0; i < m; i++)
		half[i] = i > 0 && horizon[i] == horizon[i - 1]
		    ? half[i - 1]
		    : half_width(row, n, SIZE_MAX, width, horizon[i], room);
	free(room);
	return 0;
}

int
backtest_conformal_coverage(const struct backtest_row *row, size_t n,
    double width, double *coverage)
{
	double *room = malloc((n + 1) * sizeof(*room));
	double hits = 0;

	if (room == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const double half = half_width(row, n, row[i].cutoff, width,
		    row[i].horizon, room);

		hits += isnan(half) ? (double)NAN
				    : (double)(absolute(&row[i]) <= half);
	}
	*coverage = hits / (double)n;
	free(room);
	return 0;
}

/* ---- tuning -------------------------------------------------------------- */

void
backtest_grid(struct backtest_settings settings[BACKTEST_GRID])
{
	static const double changepoint[] = { 0.001, 0.01, 0.1, 0.5 };
	static const double seasonality[] = { 0.01, 0.1, 1, 10 };

	for (size_t i = 0; i < BACKTEST_GRID; i++)
		settings[i] = (struct backtest_settings){
			.changepoint_prior_scale = changepoint[i / 8],
			.seasonality_prior_scale = seasonality[i / 2 % 4],
			.mode = i % 2 ? PROPHET_MULTIPLICATIVE
				      : PROPHET_ADDITIVE,
		};
}

struct prophet_spec
backtest_apply(const struct prophet_spec *spec,
    const struct backtest_settings *settings,
    struct prophet_seasonality *season)
{
	struct prophet_spec other = *spec;

	other.changepoint_prior_scale = settings->changepoint_prior_scale;
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		season[j] = spec->seasonality[j];
		season[j].prior_scale = settings->seasonality_prior_scale;
		season[j].mode = settings->mode;
	}
	other.seasonality = season;
	return other;
}

static int
mean_error(const struct prophet_spec *spec, const struct prophet_rows *rows,
    const struct backtest_params *params, const double *cutoff, size_t n,
    struct prophet_workspace *work, double *mae)
{
	struct backtest b;

	if (backtest_run(spec, rows, params, cutoff, n, work, &b) == -1)
		return -1;
	*mae = 0;
	for (size_t i = 0; i < b.n; i++)
		*mae += absolute(&b.row[i]) / (double)b.n;
	backtest_release(&b);
	return 0;
}

int
backtest_tune(const struct prophet_spec *spec, const struct prophet_rows *rows,
    const struct backtest_params *params, const double *cutoff,
    size_t n_cutoffs, const struct backtest_settings *settings, size_t n,
    double margin, struct prophet_workspace *work, double *mae, size_t *best)
{
	struct prophet_seasonality *season = malloc((spec->n_seasonalities +
							1) *
	    sizeof(*season));
	int status = season == NULL ? -1 : 0;

	*best = n;
	if (status == 0)
		status = mean_error(spec, rows, params, cutoff, n_cutoffs, work,
		    &mae[n]);
	for (size_t i = 0; i < n && status == 0; i++) {
		const struct prophet_spec other = backtest_apply(spec,
		    &settings[i], season);

		status = mean_error(&other, rows, params, cutoff, n_cutoffs,
		    work, &mae[i]);
		if (mae[i] < (*best == n ? (1 - margin) * mae[n] : mae[*best]))
			*best = i;
	}
	free(season);
	return status;
}
