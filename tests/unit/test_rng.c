#include "base/rng.h"

#include "unit.h"

/* The known answers that the authors of Random123 publish with it. */
static void
philox_gives_the_known_answers(void **state)
{
	static const struct {
		uint32_t counter[4], key[2], want[4];
	} kat[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 },
		    { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
		    { 0xffffffff, 0xffffffff },
		    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
		    { 0xa4093822, 0x299f31d0 },
		    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kat) / sizeof(*kat); i++) {
		uint32_t got[4];

		philox4x32(kat[i].counter, kat[i].key, got);
		for (int j = 0; j < 4; j++)
			assert_int_equal(got[j], kat[i].want[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(philox_gives_the_known_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
