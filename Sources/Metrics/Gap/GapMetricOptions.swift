import Kernels

/// How gap metrics are measured.
package struct GapMetricOptions: Sendable, Equatable {
  /// Names, in the order of the result; nil for all.
  package var metrics: [String]?
  /// Bootstrap samples of an interval; 0 for none.
  package var bootstrap = 200
  /// Shuffles of a null and a p-value; 0 for none.
  package var permutations = 200
  /// Of splits, shuffles, noise and samples.
  package var seed: UInt64 = 0
  /// Neighbours.
  package var k = 10
  /// Dimensions of `top-dimensions-share`.
  package var dimensions = 5
  /// The width of MMD's kernel.
  package var sigma = 10.0
  /// The standard deviation of the noise of `robustness`, in each dimension.
  package var noise = 0.02
  /// Metrics over all pairs of rows take so many pairs at most; of more, as many are drawn.
  package var pairs = 20_000

  package init() {}

  func stream(_ name: String) -> RandomStream {
    RandomStream(seed: seed, stage: "gap-metrics", name: name)
  }
}
