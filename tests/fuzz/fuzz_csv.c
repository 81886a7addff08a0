/* CSV and TSV in: the first byte says which. */
#include "roundtrip.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		roundtrip(data + 1, size - 1,
		    data[0] == 't' ? FORMAT_TSV : FORMAT_CSV);
	return 0;
}
