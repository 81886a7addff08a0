/* NDJSON in. */
#include "roundtrip.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	roundtrip(data, size, FORMAT_JSONL);
	return 0;
}
