// number.h: whole numbers as people write them: "1000000", "0x400000", "16k", "2 GiB".
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/types.h"

// Reads the whole of `text`: digits, or 0x and hexadecimal ones, then perhaps spaces and a
// suffix of the table in number.c, in letters of either case. False when it is something else
// or more than 64 bits hold; *value is then unchanged.
bool number_read(const char *text, u64 *value);

#endif
