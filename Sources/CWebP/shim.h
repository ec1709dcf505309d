// The decoder, and the reader of the container around it: animations, EXIF.
#include <webp/decode.h>
#include <webp/demux.h>
