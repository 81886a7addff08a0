#include "model/metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define ZERO_DAYS 7 /* of a run of zeros, the days that are news */

/* What stands above and below in a ratio, with what is added to each. */
struct ratio {
	struct metric id;
	const double *above, *below; /* NULL: 1 */
	double add_above, add_below;
	bool odds;              /* below is a total that holds above */
	const double *presence; /* NaN where the member is not there, or NULL */
	const double *events;   /* behind it; NULL: not known */
};

static const double *
known(const double *sum, const double *other)
{
	return other != NULL ? sum : NULL;
}

static double
at_least_0(double x)
{
	return x < 0 ? 0 : x;
}

static double
on_scale(enum metric_scale scale, double x)
{
	switch (scale) {
	case METRIC_LOG:
		return log(x);
	case METRIC_SQRT:
		return sqrt(x);
	default:
		return x;
	}
}

double
metric_value(enum metric_scale scale, double y)
{
	switch (scale) {
	case METRIC_LOG:
		return exp(y);
	case METRIC_SQRT:
		return y > 0 ? y * y : 0;
	default:
		return y;
	}
}

const char *
metric_kind_name(enum metric_kind kind)
{
	static const char *const name[METRIC_KINDS] = { "revenue", "orders",
		"sessions", "aov", "conversion_rate", "order_share",
		"revenue_share", "price_index" };

	return name[kind];
}

static double
ratio_at(const struct ratio *r, size_t t, enum metric_scale scale)
{
	const double above = at_least_0(r->above[t]);
	double below;

	if (r->presence != NULL && isnan(r->presence[t]))
		return NAN;
	if (r->below == NULL)
		return on_scale(scale, above + r->add_above);
	below = at_least_0(r->below[t]);
	if (below == 0 || (r->id.kind == METRIC_AOV && r->above[t] < 0))
		return NAN;
	if (r->odds && scale == METRIC_LOG)
		below = at_least_0(below - above);
	else if (r->odds)
		below += r->add_above;
	return on_scale(scale, (above + r->add_above) / (below + r->add_below));
}

/* Of an aov, days without orders are no days with few. */
static double
events_at(const struct ratio *r, size_t t)
{
	if (r->events == NULL ||
	    (r->id.kind == METRIC_AOV && r->events[t] == 0))
		return NAN;
	return at_least_0(r->events[t]);
}

/* Whether the member does anything on day t. */
static bool
is_active(const struct metric_sums *s, size_t t)
{
	return (s->revenue != NULL && s->revenue[t] > 0) ||
	    (s->orders != NULL && s->orders[t] > 0) ||
	    (s->sessions != NULL && s->sessions[t] > 0);
}

static void
find_presence(const struct metric_sums *s, size_t n, double *presence)
{
	size_t zeros = ZERO_DAYS;

	for (size_t t = 0; t < n; t++) {
		zeros = is_active(s, t) ? 0 : zeros + 1;
		presence[t] = zeros > ZERO_DAYS ? NAN : 0;
	}
}

/* Whether a member sells nothing on more than half of the days from the first
 * on which it sells to the last. */
static bool
is_sparse(const struct metric_sums *s, size_t n)
{
	const double *x = s->orders != NULL ? s->orders : s->revenue;
	size_t first = 0, sold = 0;

	if (x == NULL)
		return false;
	while (first < n && !(x[first] > 0))
		first++;
	while (n > first && !(x[n - 1] > 0))
		n--;
	for (size_t t = first; t < n; t++)
		sold += x[t] > 0;
	return 2 * sold < n - first;
}

/* One list of ratios, appended to. */
struct list {
	struct ratio *ratio;
	size_t n;
};

static void
add(struct list *list, struct ratio r)
{
	if (r.above != NULL)
		list->ratio[list->n++] = r;
}

static void
add_aov(struct list *list, struct metric id, const struct metric_sums *s,
    const double *presence)
{
	id.kind = METRIC_AOV;
	add(list,
	    (struct ratio){ id, known(s->revenue, s->orders), s->orders, 1, .5,
		false, presence, s->orders });
}

static void
add_conversion(struct list *list, struct metric id, const struct metric_sums *s,
    const double *presence)
{
	id.kind = METRIC_CONVERSION;
	add(list,
	    (struct ratio){ id, known(s->orders, s->sessions), s->sessions, .5,
		.5, false, presence, s->orders });
}

static void
add_total(struct list *list, const struct metric_sums *s)
{
	struct metric id = { .dimension = METRIC_TOTAL };

	id.kind = METRIC_REVENUE;
	add(list,
	    (struct ratio){
		.id = id, s->revenue, .add_above = 1, .events = s->orders });
	id.kind = METRIC_ORDERS;
	add(list,
	    (struct ratio){
		.id = id, s->orders, .add_above = .5, .events = s->orders });
	id.kind = METRIC_SESSIONS;
	add(list,
	    (struct ratio){ .id = id,
		s->sessions,
		.add_above = .5,
		.events = s->sessions });
	add_aov(list, id, s, NULL);
	add_conversion(list, id, s, NULL);
}

static void
add_member(struct list *list, struct metric id, const struct metric_sums *s,
    const struct metric_sums *total, const double *presence)
{
	if (id.dimension == METRIC_CHANNEL && s->sessions != NULL) {
		id.kind = METRIC_SESSIONS;
		add(list,
		    (struct ratio){ .id = id,
			s->sessions,
			.add_above = .5,
			.presence = presence,
			.events = s->sessions });
		add_conversion(list, id, s, presence);
	} else if (s->orders != NULL && total->orders != NULL) {
		id.kind = METRIC_ORDER_SHARE;
		add(list,
		    (struct ratio){ id, s->orders, total->orders, .5, .5, true,
			presence, s->orders });
	} else if (s->orders == NULL && total->revenue != NULL) {
		id.kind = METRIC_REVENUE_SHARE;
		add(list,
		    (struct ratio){ id, s->revenue, total->revenue, 1, 1, true,
			presence, NULL });
	}
	add_aov(list, id, s, presence);
}

static bool
is_category_aov(const struct metric *id)
{
	return id->dimension == METRIC_CATEGORY && id->kind == METRIC_AOV;
}

/* One metric more, of those that are there; there is room. */
static void
add_price_index(struct metrics *set)
{
	const size_t n = set->n;
	double *y = set->y + set->m * n, *events = set->events + set->m * n;
	double categories = 0;

	for (size_t i = 0; i < set->m; i++) {
		if (!is_category_aov(&set->id[i]))
			continue;
		categories++;
		for (size_t t = 0; t < n; t++) {
			y[t] += set->y[i * n + t];
			events[t] += 1 / set->events[i * n + t];
		}
	}
	if (categories < 2)
		return;
	for (size_t t = 0; t < n; t++) {
		y[t] /= categories;
		events[t] = categories * categories / events[t];
	}
	set->id[set->m++] = (struct metric){ METRIC_PRICE_INDEX, METRIC_TOTAL,
		0 };
}

int
metrics_make(struct metrics *set, const struct metric_input *input,
    enum metric_scale scale)
{
	const size_t n = input->n,
		     members = input->channels + input->categories;
	struct list list = { calloc(5 + 3 * members, sizeof(*list.ratio)), 0 };
	double *presence = calloc(members * n + 1, sizeof(*presence));

	*set = (struct metrics){ .n = n, .scale = scale };
	if (list.ratio == NULL || presence == NULL)
		goto fail;
	add_total(&list, &input->total);
	for (size_t i = 0; i < members; i++) {
		const bool is_channel = i < input->channels;
		const size_t k = is_channel ? i : i - input->channels;
		const struct metric_sums *s = is_channel ? &input->channel[k]
							 : &input->category[k];
		struct metric_sums sold;
		const struct metric id = {
			.dimension = is_channel ? METRIC_CHANNEL
						: METRIC_CATEGORY,
			.member = k,
		};

		find_presence(s, n, presence + i * n);
		sold = *s;
		if (input->dense && is_sparse(s, n))
			sold = (struct metric_sums){ .sessions = s->sessions };
		add_member(&list, id, &sold, &input->total, presence + i * n);
	}
	set->m = list.n;
	set->id = calloc(list.n + 1, sizeof(*set->id));
	set->y = calloc((list.n + 1) * n + 1, sizeof(*set->y));
	set->events = calloc((list.n + 1) * n + 1, sizeof(*set->events));
	if (set->id == NULL || set->y == NULL || set->events == NULL)
		goto fail;
	for (size_t i = 0; i < list.n; i++) {
		set->id[i] = list.ratio[i].id;
		for (size_t t = 0; t < n; t++) {
			set->y[i * n + t] = ratio_at(&list.ratio[i], t, scale);
			set->events[i * n + t] = events_at(&list.ratio[i], t);
		}
	}
	if (input->price_index)
		add_price_index(set);
	free(presence);
	free(list.ratio);
	return 0;
fail:
	free(presence);
	free(list.ratio);
	metrics_release(set);
	return -1;
}

void
metrics_day(const struct metrics *set, size_t t, double *y, double *events)
{
	for (size_t i = 0; i < set->m; i++) {
		y[i] = set->y[i * set->n + t];
		events[i] = set->events[i * set->n + t];
	}
}

void
metrics_release(struct metrics *set)
{
	free(set->events);
	free(set->y);
	free(set->id);
	*set = (struct metrics){ 0 };
}
