/* CRC-32 as in zip, gzip and PNG (polynomial 0x04C11DB7, reflected): of the bytes
 * "123456789" it is 0xCBF43926. */
#ifndef AEE_BASE_CRC32_H
#define AEE_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32(const void *bytes, size_t n);

#endif
