#include <zlib.h>

/// Starts to decompress a gzip or zlib stream, whichever its head says; the macro behind it does not import into Swift.
static inline int modgap_gunzip_start(z_stream *stream) { return inflateInit2(stream, 32 + MAX_WBITS); }

/// The same for a zlib stream alone.
static inline int modgap_inflate_start(z_stream *stream) { return inflateInit(stream); }
