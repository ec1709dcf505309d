#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "image_codecs.h"

struct modgap_png {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t size;
  size_t position;
  /// 0 before the first row is asked for.
  int passes;
  modgap_picture picture;
  char message[160];
};

static void on_error(png_structp png, png_const_charp text) {
  modgap_png *self = png_get_error_ptr(png);
  strncpy(self->message, text, sizeof self->message - 1);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  modgap_png *self = png_get_io_ptr(png);
  if (count > self->size - self->position) png_error(png, "it is truncated");
  memcpy(target, self->bytes + self->position, count);
  self->position += count;
}

modgap_png *modgap_png_new(const uint8_t *bytes, size_t size) {
  modgap_png *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->bytes = bytes;
  self->size = size;
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
  if (self->png) self->info = png_create_info_struct(self->png);
  if (!self->info) {
    modgap_png_free(self);
    return NULL;
  }
  return self;
}

void modgap_png_free(modgap_png *self) {
  png_destroy_read_struct(&self->png, &self->info, NULL);
  free(self);
}

const char *modgap_png_message(const modgap_png *self) { return self->message; }

/// Text, colour profiles and the like are skipped unread, so that none can swell.
static void skip_ancillary_chunks(png_structp png) {
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
}

static int32_t decoded_layout(modgap_png *self) {
  int type = png_get_color_type(self->png, self->info);
  int has_alpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(self->png, self->info, PNG_INFO_tRNS);
  return ((type & PNG_COLOR_MASK_COLOR) ? 3 : 1) + (has_alpha ? 1 : 0);
}

int modgap_png_start(modgap_png *self, modgap_picture *picture) {
  if (setjmp(png_jmpbuf(self->png))) return 0;
  png_set_read_fn(self->png, self, read_bytes);
  skip_ancillary_chunks(self->png);
  png_read_info(self->png, self->info);
  self->picture.width = png_get_image_width(self->png, self->info);
  self->picture.height = png_get_image_height(self->png, self->info);
  self->picture.layout = decoded_layout(self);
  self->picture.needs_whole = png_get_interlace_type(self->png, self->info) != PNG_INTERLACE_NONE;
  *picture = self->picture;
  return 1;
}

/// Asks for 8 bits a channel, without palettes, and with a key colour turned into alpha.
static void ask_for_bytes(modgap_png *self) {
  png_set_expand(self->png);
  png_set_strip_16(self->png);
  if (self->picture.layout == MODGAP_RGBX) png_set_filler(self->png, 0xFF, PNG_FILLER_AFTER);
  self->passes = png_set_interlace_handling(self->png);
  png_read_update_info(self->png, self->info);
  size_t pixel = self->picture.layout < MODGAP_RGBX ? (size_t)self->picture.layout : 4;
  size_t expected = (size_t)self->picture.width * pixel;
  if (png_get_rowbytes(self->png, self->info) != expected) png_error(self->png, "its rows are malformed");
}

int modgap_png_rows(modgap_png *self, uint8_t *rows, size_t stride, uint32_t count) {
  if (setjmp(png_jmpbuf(self->png))) return 0;
  if (!self->passes) ask_for_bytes(self);
  for (uint32_t row = 0; row < count; row++) png_read_row(self->png, rows + row * stride, NULL);
  return 1;
}

int modgap_png_whole(modgap_png *self, uint8_t *rows, size_t stride) {
  int pass = 0;
  do {
    if (!modgap_png_rows(self, rows, stride, self->picture.height)) return 0;
  } while (++pass < self->passes);
  return 1;
}

int modgap_png_finish(modgap_png *self) {
  if (setjmp(png_jmpbuf(self->png))) return 0;
  png_read_end(self->png, NULL);
  return 1;
}
