#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "image_codecs.h"

struct modgap_webp {
  WebPDemuxer *demuxer;
  WebPIterator frame;
  modgap_picture picture;
  const char *message;
};

modgap_webp *modgap_webp_new(void) {
  modgap_webp *self = calloc(1, sizeof *self);
  if (self) self->message = "";
  return self;
}

void modgap_webp_free(modgap_webp *self) {
  WebPDemuxReleaseIterator(&self->frame);
  WebPDemuxDelete(self->demuxer);
  free(self);
}

const char *modgap_webp_message(const modgap_webp *self) { return self->message; }

static int fail(modgap_webp *self, const char *message) {
  self->message = message;
  return 0;
}

static const char *words(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return "there is not enough memory to decode it";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses a feature that libwebp does not know";
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return "it is truncated";
    default: return "its pixels cannot be decoded";
  }
}

/// Pillow takes what the features say of alpha, and alpha where they say nothing.
static int32_t layout_of(const uint8_t *bytes, size_t size) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes, size, &features) != VP8_STATUS_OK) return MODGAP_RGBA;
  return features.has_alpha ? MODGAP_RGBA : MODGAP_RGBX;
}

int modgap_webp_start(modgap_webp *self, const uint8_t *bytes, size_t size, modgap_picture *picture) {
  WebPData data = {bytes, size};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  self->demuxer = WebPDemuxPartial(&data, &state);
  if (state == WEBP_DEMUX_PARSING_HEADER || state == WEBP_DEMUX_PARSED_HEADER) {
    return fail(self, "it is truncated");
  }
  if (!self->demuxer || state != WEBP_DEMUX_DONE) return fail(self, "its container is broken");
  if (!WebPDemuxGetFrame(self->demuxer, 1, &self->frame)) return fail(self, "it has no picture in it");
  self->picture.width = WebPDemuxGetI(self->demuxer, WEBP_FF_CANVAS_WIDTH);
  self->picture.height = WebPDemuxGetI(self->demuxer, WEBP_FF_CANVAS_HEIGHT);
  self->picture.layout = layout_of(bytes, size);
  self->picture.needs_whole = 1;
  // A lossless picture and a packed alpha plane are held whole, once more, while they are decoded.
  WebPBitstreamFeatures frame;
  int is_plain = WebPGetFeatures(self->frame.fragment.bytes, self->frame.fragment.size, &frame) ==
                     VP8_STATUS_OK && frame.format == 1 && !frame.has_alpha;
  self->picture.working_bytes = is_plain ? 0 : 4;
  *picture = self->picture;
  return 1;
}

int modgap_webp_whole(modgap_webp *self, uint8_t *rows, size_t stride) {
  const WebPIterator *frame = &self->frame;
  size_t x = (size_t)frame->x_offset, y = (size_t)frame->y_offset;
  if (frame->width <= 0 || frame->height <= 0 || x + (size_t)frame->width > self->picture.width ||
      y + (size_t)frame->height > self->picture.height) {
    return fail(self, "its first frame lies outside of it");
  }
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return fail(self, "libwebp is of another version than its headers");
  // What a frame does not cover is black and transparent.
  memset(rows, 0, stride * self->picture.height);
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = rows + y * stride + 4 * x;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = stride * (size_t)frame->height;
  VP8StatusCode status = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK ? 1 : fail(self, words(status));
}
