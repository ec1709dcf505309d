// libjpeg does not include what its header needs.
#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
