// libpng and libjpeg report errors with longjmp, which must not cross a Swift frame. Each function here
// catches them, leaves a message, and gives 0; it gives 1 where all went well.
#ifndef MODGAP_IMAGE_CODECS_H
#define MODGAP_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

/// What stands in a decoded row, and how many bytes a pixel has.
typedef enum {
  MODGAP_GREY = 1,        // 1
  MODGAP_GREY_ALPHA = 2,  // 2
  MODGAP_RGBX = 3,        // 4, the last without meaning
  MODGAP_RGBA = 4,        // 4
  MODGAP_CMYK = 5,        // 4, inverted as Adobe's programs write it
} modgap_layout;

/// What a header says of a picture and of the rows that will come.
typedef struct {
  uint32_t width;
  uint32_t height;
  int32_t layout;
  /// The rows come only after the whole picture has been read.
  int32_t needs_whole;
  /// Bytes a pixel that decoding holds beside the rows.
  uint32_t working_bytes;
} modgap_picture;

typedef struct modgap_png modgap_png;
typedef struct modgap_jpeg modgap_jpeg;
typedef struct modgap_webp modgap_webp;

/// Reads the header of a PNG file in memory; the bytes must outlive the decoder. NULL: no memory.
modgap_png *modgap_png_new(const uint8_t *bytes, size_t size);
void modgap_png_free(modgap_png *png);
const char *modgap_png_message(const modgap_png *png);
int modgap_png_start(modgap_png *png, modgap_picture *picture);
/// Decodes the next rows of a picture that is not interlaced.
int modgap_png_rows(modgap_png *png, uint8_t *rows, size_t stride, uint32_t count);
/// Decodes all rows, of an interlaced picture too.
int modgap_png_whole(modgap_png *png, uint8_t *rows, size_t stride);
/// Reads what follows the rows, to see that it is there and whole.
int modgap_png_finish(modgap_png *png);

/// The same for JPEG; the library's own buffers stay below `memory` bytes.
modgap_jpeg *modgap_jpeg_new(const uint8_t *bytes, size_t size, size_t memory);
void modgap_jpeg_free(modgap_jpeg *jpeg);
const char *modgap_jpeg_message(const modgap_jpeg *jpeg);
int modgap_jpeg_start(modgap_jpeg *jpeg, modgap_picture *picture);
int modgap_jpeg_rows(modgap_jpeg *jpeg, uint8_t *rows, size_t stride, uint32_t count);

/// The same for WebP, of an animation the first frame on its canvas; nothing is decoded before `whole`.
modgap_webp *modgap_webp_new(void);
void modgap_webp_free(modgap_webp *webp);
const char *modgap_webp_message(const modgap_webp *webp);
int modgap_webp_start(modgap_webp *webp, const uint8_t *bytes, size_t size, modgap_picture *picture);
int modgap_webp_whole(modgap_webp *webp, uint8_t *rows, size_t stride);

#endif
