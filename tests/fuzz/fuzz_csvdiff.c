/* CSV and TSV with and without the fast path.  The first byte says which, and
 * the size of the reads; the second which columns are asked for, and whether by
 * several threads. */
#include "difference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading how = { .max_record = 300 };

	if (size < 2)
		return 0;
	how.format = data[0] & 1 ? FORMAT_TSV : FORMAT_CSV;
	how.stop = (data[0] & 2) != 0;
	how.typed = (data[0] & 4) != 0;
	how.block = (data[0] & 8) != 0 ? 0 : 1 + (data[0] >> 5);
	how.runs = (data[0] & 16) != 0;
	how.jobs = (data[1] & 128) != 0 ? 3 : 0;
	how.passed = !how.runs && how.jobs == 0;
	how.wanted = data[1] * UINT64_C(0x0101010101010101);
	if (!same_told(data + 2, size - 2, how))
		abort();
	return 0;
}
