import Kernels

/// What the bytes of a result depend on beside config, data and code.
package enum NumericPolicy {
  /// Storage and GEMM in float32, statistics in float64; the BLAS and its kernel round as they do.
  package static let current =
    "f32-storage f64-statistics openblas-\(BLASKernel.version) \(BLASKernel.name)"
    // Before products were filled up, these kernels rounded otherwise.
    + (BLASKernel.isFilledUp ? " filled-up" : "")
}
