import Execution
import Foundation

/// Adam, with weight decay in one of two places.
package struct Optimiser: Sendable, Equatable {
  package enum Kind: String, CaseIterable, Sendable {
    /// Decay is a part of the gradient, g ← g + λw, as in torch.optim.Adam. Source: Kingma & Ba 2015.
    case adam
    /// Decay is apart from it, w ← w − ηλw, as in torch.optim.AdamW. Source: Loshchilov & Hutter 2019.
    case adamw
  }

  package var kind: Kind
  /// η, before the schedule.
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  /// λ, of every tensor that is learnt but the logit scale.
  package var weightDecay: Double
  /// The greatest norm of all gradients together; nil for no limit.
  package var clipNorm: Double?
  package var schedule: Schedule

  package init(
    _ kind: Kind = .adamw, learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.98,
    epsilon: Double = 1e-6, weightDecay: Double = 0.2, clipNorm: Double? = nil,
    schedule: Schedule = .constant
  ) {
    self.kind = kind
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
    self.schedule = schedule
  }

  /// What multiplies all gradients, as torch.nn.utils.clip_grad_norm_ has it.
  func clipping(norm: Double) -> Double {
    guard let clipNorm else { return 1 }
    return min(1, clipNorm / (norm + 1e-6))
  }
}

/// How the learning rate changes over the steps.
package enum Schedule: Sendable, Equatable {
  case constant
  /// Linearly up over the first `warmup` steps, then constant.
  case warmup(Int)
  /// Linearly up over the first `warmup` steps, then down along half a cosine, to 0 after `total` steps.
  /// Source: Loshchilov & Hutter 2017; as open_clip has it.
  case cosine(warmup: Int, total: Int)

  /// Of the step that comes after `step` steps.
  package func factor(step: Int) -> Double {
    switch self {
    case .constant: return 1
    case .warmup(let steps): return min(1, Double(step + 1) / Double(max(1, steps)))
    case .cosine(let warmup, let total):
      if step < warmup { return Double(step + 1) / Double(warmup) }
      let share = Double(step - warmup) / Double(max(1, total - warmup))
      return 0.5 * (1 + cos(.pi * min(1, share)))
    }
  }
}

/// One step of Adam on tensors: what is the same for every number.
///
///     m ← m + (1 − β₁)(g − m)    v ← β₂v + (1 − β₂)g²    w ← w − η/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + ε)
struct OptimiserStep {
  /// 1 − β₁, β₂ and 1 − β₂, each rounded once: in float32 1 − 0.9999 would lose four digits.
  private let gain1: Float
  private let keep2: Float
  private let gain2: Float
  private let size: Float
  private let unbias: Float
  private let epsilon: Float
  /// What g gets of w, and what w keeps of itself.
  private let coupled: Float
  private let kept: Float
  private let clipping: Float

  /// - Parameter step: 1 for the first.
  init(_ optimiser: Optimiser, step: Int, rate: Double, clipping: Double, decay: Double) {
    gain1 = Float(1 - optimiser.beta1)
    keep2 = Float(optimiser.beta2)
    gain2 = Float(1 - optimiser.beta2)
    size = Float(rate / (1 - pow(optimiser.beta1, Double(step))))
    unbias = Float(1 / (1 - pow(optimiser.beta2, Double(step))).squareRoot())
    epsilon = Float(optimiser.epsilon)
    coupled = optimiser.kind == .adam ? Float(decay) : 0
    kept = optimiser.kind == .adamw ? Float(1 - rate * decay) : 1
    self.clipping = Float(clipping)
  }

  /// Changes weights and moments, all of the gradients' count.
  func apply(_ weights: FloatSlice, _ gradients: FloatSlice, _ first: FloatSlice, _ second: FloatSlice) {
    let count = gradients.count
    let (weights, gradients) = (weights[0..<count], gradients[0..<count])
    let (first, second) = (first[0..<count], second[0..<count])
    forEachLanes(count) { start, count in
      let w = weights.lanes(start, count)
      let g = gradients.lanes(start, count) * clipping + w * coupled
      let m = first.lanes(start, count)
      let mean = m + (g - m) * gain1
      let square = second.lanes(start, count) * keep2 + g * g * gain2
      let root = square.squareRoot() * unbias + epsilon
      first.set(mean, start, count)
      second.set(square, start, count)
      weights.set(w * kept - mean * size / root, start, count)
    }
  }
}
