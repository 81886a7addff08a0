#include "model/scale.h"

#include <math.h>

double
scale_apply(enum scale scale, double x)
{
	switch (scale) {
	case SCALE_LOG:
		return copysign(log1p(fabs(x)), x);
	case SCALE_SQRT:
		return copysign(sqrt(fabs(x)), x);
	default:
		return x;
	}
}

double
scale_revert(enum scale scale, double y)
{
	switch (scale) {
	case SCALE_LOG:
		return copysign(expm1(fabs(y)), y);
	case SCALE_SQRT:
		return copysign(y * y, y);
	default:
		return y;
	}
}
