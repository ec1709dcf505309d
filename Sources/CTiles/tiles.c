#include "tiles.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline, target("avx512f")))

// A tile's 12 × 32 sums and what is loaded for them fill the 32 registers. A panel of 32 columns of b, packed
// for so many k, stays in the second-level cache while it meets all rows of a.
enum { tile_rows = 12, panel_columns = 32, panel_inner = 384, steps_ahead = 16 };

bool tiles_are_supported(void) { return __builtin_cpu_supports("avx512f"); }

/// The lanes of two vectors that are columns of the matrix.
struct lanes {
  __mmask16 low, high;
};

INLINE __mmask16 first_lanes(size_t count) { return count >= 16 ? 0xffff : (__mmask16)((1u << count) - 1); }

INLINE struct lanes lanes_of(size_t columns) {
  return (struct lanes){first_lanes(columns), columns > 16 ? first_lanes(columns - 16) : 0};
}

// MARK: - Packing

/// Sixteen rows of `in` become sixteen columns of `out`, whose rows are `panel_columns` apart.
INLINE void turn(const float *in, ptrdiff_t stride, size_t rows, size_t columns, float *out) {
  __m512 x[16], y[16];
  __mmask16 lanes = first_lanes(columns);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < 16; r++)
    x[r] = r < rows ? _mm512_maskz_loadu_ps(lanes, in + (ptrdiff_t)r * stride) : _mm512_setzero_ps();
    // Pairs of rows, then pairs of pairs, within quarters of a vector; then the quarters change places.
#pragma clang loop unroll(full)
  for (int r = 0; r < 16; r += 2) {
    y[r] = _mm512_unpacklo_ps(x[r], x[r + 1]);
    y[r + 1] = _mm512_unpackhi_ps(x[r], x[r + 1]);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < 16; r += 4)
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
      __m512d a = _mm512_castps_pd(y[r + half]), b = _mm512_castps_pd(y[r + 2 + half]);
      x[r + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
      x[r + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
#pragma clang loop unroll(full)
  for (int c = 0; c < 4; c++) {
    __m512 a = _mm512_shuffle_f32x4(x[c], x[4 + c], 0x88), b = _mm512_shuffle_f32x4(x[c], x[4 + c], 0xdd);
    __m512 d = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0x88), e = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0xdd);
    y[c] = _mm512_shuffle_f32x4(a, d, 0x88);
    y[4 + c] = _mm512_shuffle_f32x4(b, e, 0x88);
    y[8 + c] = _mm512_shuffle_f32x4(a, d, 0xdd);
    y[12 + c] = _mm512_shuffle_f32x4(b, e, 0xdd);
  }
#pragma clang loop unroll(full)
  for (size_t c = 0; c < 16; c++)
    if (c < columns) _mm512_store_ps(out + c * panel_columns, y[c]);
}

/// Some columns of b, for `inner` of its k: `(inner, panel_columns)`, zeros where there are no columns.
AVX512 static void pack(const struct tiles_product *p, size_t k, size_t inner, size_t column, float *panel) {
  size_t columns = p->columns - column;
  if (columns > panel_columns) columns = panel_columns;
  if (!p->b_is_turned) {
    struct lanes lanes = lanes_of(columns);
    const float *b = p->b + (ptrdiff_t)k * p->b_row + column;
    for (size_t i = 0; i < inner; i++, b += p->b_row, panel += panel_columns) {
      _mm_prefetch((const char *)(b + steps_ahead * p->b_row), _MM_HINT_T0);
      _mm_prefetch((const char *)(b + steps_ahead * p->b_row + 16), _MM_HINT_T0);
      _mm512_store_ps(panel, _mm512_maskz_loadu_ps(lanes.low, b));
      _mm512_store_ps(panel + 16, _mm512_maskz_loadu_ps(lanes.high, b + 16));
    }
    return;
  }
  for (size_t half = 0; half < panel_columns; half += 16)
    for (size_t i = 0; i < inner; i += 16) {
      const float *b = p->b + (ptrdiff_t)(column + half) * p->b_row + k + i;
      size_t rows = columns > half ? columns - half : 0;
      turn(b, p->b_row, rows > 16 ? 16 : rows, inner - i > 16 ? 16 : inner - i, panel + i * panel_columns + half);
    }
}

// MARK: - Products

/// One tile: `rows` is a constant wherever this is called, so that its sums are registers, and so is
/// `fetches`: whether lines of a are asked for early, which the processor does itself where they follow
/// each other.
INLINE void tile(const struct tiles_product *p, const int rows, const bool fetches, size_t row, size_t k,
                 size_t inner, size_t column, const float *panel) {
  __m512 low[tile_rows], high[tile_rows];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) low[r] = high[r] = _mm512_setzero_ps();
  ptrdiff_t a_row = p->a_row, a_step = p->a_step;
  const float *a = p->a + (ptrdiff_t)row * a_row + (ptrdiff_t)k * a_step;
  for (size_t i = 0; i < inner; i++, a += a_step, panel += panel_columns) {
    __m512 b_low = _mm512_load_ps(panel), b_high = _mm512_load_ps(panel + 16);
    if (fetches) {
      _mm_prefetch((const char *)(a + steps_ahead * a_step), _MM_HINT_T0);
      _mm_prefetch((const char *)(a + steps_ahead * a_step + tile_rows - 1), _MM_HINT_T0);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      __m512 factor = _mm512_set1_ps(a[r * a_row]);
      low[r] = _mm512_fmadd_ps(factor, b_low, low[r]);
      high[r] = _mm512_fmadd_ps(factor, b_high, high[r]);
    }
  }
  struct lanes lanes = lanes_of(p->columns - column);
  const float *start = k > 0 ? p->out : p->start;
  ptrdiff_t start_row = k > 0 ? p->out_row : p->start_row;
  const float *bias = k > 0 ? NULL : p->bias;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    ptrdiff_t place = (ptrdiff_t)row + r;
    if (bias) {
      low[r] += _mm512_maskz_loadu_ps(lanes.low, bias + column);
      high[r] += _mm512_maskz_loadu_ps(lanes.high, bias + column + 16);
    }
    if (start) {
      low[r] += _mm512_maskz_loadu_ps(lanes.low, start + place * start_row + column);
      high[r] += _mm512_maskz_loadu_ps(lanes.high, start + place * start_row + column + 16);
    }
    _mm512_mask_storeu_ps(p->out + place * p->out_row + column, lanes.low, low[r]);
    _mm512_mask_storeu_ps(p->out + place * p->out_row + column + 16, lanes.high, high[r]);
  }
}

/// The rows that are left after all whole tiles.
AVX512 static void last_tile(const struct tiles_product *p, size_t rows, size_t row, size_t k, size_t inner,
                             size_t column, const float *panel) {
  switch (rows) {
#define CASE(count) \
  case count: return tile(p, count, false, row, k, inner, column, panel)
    CASE(1); CASE(2); CASE(3); CASE(4); CASE(5); CASE(6); CASE(7); CASE(8); CASE(9); CASE(10); CASE(11);
#undef CASE
  }
}

AVX512 void tiles_multiply(const struct tiles_product *p) {
  _Alignas(64) float panel[panel_inner * panel_columns];
  size_t whole = p->rows / tile_rows * tile_rows;
  // An empty sum is still a sum.
  for (size_t k = 0; k == 0 || k < p->inner; k += panel_inner) {
    size_t inner = p->inner - k < panel_inner ? p->inner - k : panel_inner;
    for (size_t column = 0; column < p->columns; column += panel_columns) {
      pack(p, k, inner, column, panel);
      for (size_t row = 0; row < whole; row += tile_rows)
        if (p->a_step == 1)
          tile(p, tile_rows, false, row, k, inner, column, panel);
        else
          tile(p, tile_rows, true, row, k, inner, column, panel);
      last_tile(p, p->rows - whole, whole, k, inner, column, panel);
    }
  }
}

#else

bool tiles_are_supported(void) { return false; }
void tiles_multiply(const struct tiles_product *product) { (void)product; }

#endif
