#include <zlib.h>

/// Starts to decompress a gzip stream; the macro behind it does not import into Swift.
static inline int modgap_gunzip_start(z_stream *stream) { return inflateInit2(stream, 16 + MAX_WBITS); }

/// The same for a zlib stream.
static inline int modgap_inflate_start(z_stream *stream) { return inflateInit(stream); }
