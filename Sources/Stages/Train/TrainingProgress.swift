import Contracts
import Declarations
import Encoders
import Foundation

extension TrainingParameters {
  /// The share of the way from log(batch), which embeddings have that tell no pair from another, to the least loss
  /// that the temperature allows, below which a training counts as not having learnt.
  static let leastProgress = 0.02

  /// Points out a training whose loss stayed at log(batch).
  ///
  /// All logits being equal, the loss is log n for batches of n pairs. Cosines of 1 within pairs and −1 between
  /// them give the least there can be, log(1 + (n − 1)·e^(−2/τ)). The loss is the mean of the log's last rows, at
  /// most five. Losses with other terms than the contrastive ones are not judged.
  func tellProgress(_ log: Table, _ context: StageContext) {
    guard [.symmetric, .xToY].contains(objective),
      [uniformity, crossUniformity, alignment].allSatisfy({ $0 == 0 }),
      case .reals(let losses)? = log["loss"], case .reals(let temperatures)? = log["temperature"],
      let temperature = temperatures.last, !losses.isEmpty
    else { return }
    let last = losses.suffix(5)
    let loss = last.reduce(0, +) / Double(last.count)
    let start = Foundation.log(Double(batch))
    let least = log1p(Double(batch - 1) * exp(-2 / temperature))
    context.fact(
      "loss at the end",
      String(
        format: "%.4f; log(batch) is %.4f, and the minimum at this temperature is %.4f", loss, start, least))
    guard loss > start - Self.leastProgress * (start - least) else { return }
    context.notice(
      String(format: "the training has not learnt: its loss ended at %.4f, but log(%d), ", loss, batch)
        + "the loss of embeddings that do not distinguish pairs, is "
        + String(
          format: "%.4f. This is less than %.0f %% of the way to the minimum at this temperature, %.4f. ",
          start,
          100 * Self.leastProgress, least)
        + "Raise `lr` or `steps`, or lower `temperature`")
  }
}
