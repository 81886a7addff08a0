/*
 * What a detector says of a day.  Arrays of flags are int8_t.
 */
#ifndef AEE_MODEL_FLAG_H
#define AEE_MODEL_FLAG_H

enum flag {
	FLAG_MISSING = -1, /* it cannot say: an empty field */
	FLAG_NO = 0,
	FLAG_YES = 1
};

#endif
