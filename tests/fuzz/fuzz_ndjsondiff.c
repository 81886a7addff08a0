/* NDJSON with and without the fast path; the first byte as in fuzz_csvdiff, but
 * for several threads in place of TSV. */
#include "difference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading how = {
		.format = FORMAT_JSONL, .max_record = 300, .wanted = UINT64_MAX
	};

	if (size < 1)
		return 0;
	how.stop = (data[0] & 2) != 0;
	how.typed = (data[0] & 4) != 0;
	how.block = (data[0] & 8) != 0 ? 0 : 1 + (data[0] >> 5);
	how.runs = (data[0] & 16) != 0;
	how.jobs = (data[0] & 1) != 0 ? 3 : 0;
	how.passed = !how.runs && how.jobs == 0;
	if (!same_told(data + 1, size - 1, how))
		abort();
	return 0;
}
