// Matrix products for CPUs with AVX-512, faster than OpenBLAS 0.3.21's where matrices are small or tall: its
// micro-kernel is as fast, but it packs both factors for each call.
#pragma once
#include <stdbool.h>
#include <stddef.h>

/// out ← a·b + start + bias. A number's sum over `inner` is in one order, whatever rows are beside its own.
struct tiles_product {
  size_t rows, columns, inner;
  /// Element (row, k) is a[row·a_row + k·a_step].
  const float *a;
  ptrdiff_t a_row, a_step;
  /// Element (k, column) is b[k·b_row + column], or b[column·b_row + k] where it is turned.
  const float *b;
  ptrdiff_t b_row;
  bool b_is_turned;
  /// `(rows, columns)`, and may be `out`; NULL for zeros.
  const float *start;
  ptrdiff_t start_row;
  /// One number a column; NULL for zeros.
  const float *bias;
  float *out;
  ptrdiff_t out_row;
};

/// Whether this CPU has what `tiles_multiply` needs.
bool tiles_are_supported(void);

/// Only where they are supported.
void tiles_multiply(const struct tiles_product *product);
