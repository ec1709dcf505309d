#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

#include "image_codecs.h"

/// A progressive file may repeat scans without end; real ones have about ten.
enum { MOST_SCANS = 200 };

struct modgap_jpeg {
  struct jpeg_decompress_struct cinfo;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  int is_started;
  int is_truncated;
  char message[JMSG_LENGTH_MAX];
};

static void on_error(j_common_ptr cinfo) {
  modgap_jpeg *self = cinfo->client_data;
  cinfo->err->format_message(cinfo, self->message);
  longjmp(self->escape, 1);
}

/// Warnings that mean lost pixels are errors; oddities of a header are not.
static void on_message(j_common_ptr cinfo, int level) {
  if (level >= 0) return;
  switch (cinfo->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: on_error(cinfo);
    default: return;
  }
}

static void no_output(j_common_ptr cinfo) { (void)cinfo; }

static void fail(modgap_jpeg *self, const char *text) {
  strncpy(self->message, text, sizeof self->message - 1);
  longjmp(self->escape, 1);
}

static void on_progress(j_common_ptr cinfo) {
  modgap_jpeg *self = cinfo->client_data;
  if (self->cinfo.input_scan_number > MOST_SCANS) fail(self, "it has more than 200 scans");
}

static void start_source(j_decompress_ptr cinfo) { (void)cinfo; }

/// The file has ended; a picture whose pixels were all there may lack its end marker.
static boolean at_end(j_decompress_ptr cinfo) {
  static const JOCTET end[2] = {0xFF, JPEG_EOI};
  modgap_jpeg *self = cinfo->client_data;
  self->is_truncated = 1;
  cinfo->src->next_input_byte = end;
  cinfo->src->bytes_in_buffer = sizeof end;
  return TRUE;
}

static void skip(j_decompress_ptr cinfo, long count) {
  struct jpeg_source_mgr *source = cinfo->src;
  if (count <= 0) return;
  if ((size_t)count > source->bytes_in_buffer) {
    at_end(cinfo);
    return;
  }
  source->next_input_byte += count;
  source->bytes_in_buffer -= (size_t)count;
}

static int create(modgap_jpeg *self, const uint8_t *bytes, size_t size, size_t memory) {
  if (setjmp(self->escape)) return 0;
  jpeg_create_decompress(&self->cinfo);
  self->cinfo.mem->max_memory_to_use = (long)memory;
  self->source = (struct jpeg_source_mgr){
      bytes, size, start_source, at_end, skip, jpeg_resync_to_restart, start_source};
  self->cinfo.src = &self->source;
  self->progress.progress_monitor = on_progress;
  self->cinfo.progress = &self->progress;
  return 1;
}

modgap_jpeg *modgap_jpeg_new(const uint8_t *bytes, size_t size, size_t memory) {
  modgap_jpeg *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->cinfo.err = jpeg_std_error(&self->errors);
  self->errors.error_exit = on_error;
  self->errors.emit_message = on_message;
  self->errors.output_message = no_output;
  self->cinfo.client_data = self;
  if (create(self, bytes, size, memory)) return self;
  modgap_jpeg_free(self);
  return NULL;
}

void modgap_jpeg_free(modgap_jpeg *self) {
  jpeg_destroy_decompress(&self->cinfo);
  free(self);
}

const char *modgap_jpeg_message(const modgap_jpeg *self) { return self->message; }

static int32_t choose_output(modgap_jpeg *self) {
  self->cinfo.dct_method = JDCT_ISLOW;
  switch (self->cinfo.num_components) {
    case 1: self->cinfo.out_color_space = JCS_GRAYSCALE; return MODGAP_GREY;
    case 3: self->cinfo.out_color_space = JCS_EXT_RGBX; return MODGAP_RGBX;
    case 4: self->cinfo.out_color_space = JCS_CMYK; return MODGAP_CMYK;
    default: fail(self, "it has neither 1, 3 nor 4 colour components"); return 0;
  }
}

int modgap_jpeg_start(modgap_jpeg *self, modgap_picture *picture) {
  if (setjmp(self->escape)) return 0;
  jpeg_read_header(&self->cinfo, TRUE);
  picture->layout = choose_output(self);
  jpeg_calc_output_dimensions(&self->cinfo);
  picture->width = self->cinfo.output_width;
  picture->height = self->cinfo.output_height;
  picture->needs_whole = self->cinfo.progressive_mode || jpeg_has_multiple_scans(&self->cinfo);
  return 1;
}

int modgap_jpeg_rows(modgap_jpeg *self, uint8_t *rows, size_t stride, uint32_t count) {
  if (setjmp(self->escape)) return 0;
  if (!self->is_started) {
    jpeg_start_decompress(&self->cinfo);
    self->is_started = 1;
    if (self->is_truncated && jpeg_has_multiple_scans(&self->cinfo)) fail(self, "it is truncated");
  }
  for (uint32_t row = 0; row < count; row++) {
    JSAMPROW target = rows + row * stride;
    if (jpeg_read_scanlines(&self->cinfo, &target, 1) != 1) fail(self, "it ends early");
  }
  return 1;
}
