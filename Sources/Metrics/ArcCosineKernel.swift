import Foundation

/// What a wide layer of random weights with ReLU does to angles.
///
/// For jointly normal a, b of mean 0, variances s², t² and correlation c, with φ = max(0, ·):
/// E[φ(a)φ(b)] = ½·s·t·κ(c) with κ(c) = (√(1 − c²) + c·(π − arccos c))/π.
/// Source: Cho and Saul 2009, NeurIPS 22, the kernel of degree 1.
package enum ArcCosineKernel {
  /// κ(c): the cosine similarity after a layer, where that of the normal inputs of ReLU is c. κ(0) = 1/π, κ(1) = 1.
  package static func value(_ correlation: Double) -> Double {
    let c = min(1, max(-1, correlation))
    return ((1 - c * c).squareRoot() + c * (Double.pi - acos(c))) / Double.pi
  }

  /// The cosine similarity of φ(Wu + b) and φ(Wv + b) in the limit of many outputs, with entries of W and b of equal
  /// variance: κ((1 + uᵀv)/√((1 + ‖u‖²)(1 + ‖v‖²))).
  package static func layer(normU: Double, normV: Double, cosine: Double) -> Double {
    let product = (1 + normU * normU) * (1 + normV * normV)
    return value((1 + normU * normV * cosine) / product.squareRoot())
  }

  /// The share of the variance of an output of a ReLU layer that is due to the weights, where the outputs of the layer
  /// before have unit norm and the data leave 1 − β of its variance: (π·κ((1 + β)/2) − 1)/(π − 1).
  ///
  /// The normal inputs of ReLU have variance 2/d and, for two data, covariance (1 + β)/d; the mean of an output over
  /// the weights is √(1/(πd)), which both the variance due to weights and the whole one are taken about.
  /// It is the exact value of the ratio that Theorem 2 of Liang et al. 2022 bounds from below by β.
  package static func weightShare(beta: Double) -> Double {
    (Double.pi * value((1 + beta) / 2) - 1) / (Double.pi - 1)
  }
}
