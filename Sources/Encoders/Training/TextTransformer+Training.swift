import Kernels

extension TextTransformer: TrainableTower {
  package func trainer(capacity: Int) throws -> any TowerTrainer {
    try trainer(capacity: capacity, recomputes: false)
  }

  package func trainer(capacity: Int, recomputes: Bool) throws -> any TowerTrainer {
    try checkSizes(
      [
        ("vocabulary", vocabulary), ("context", context), ("embedding", embedding), ("capacity", capacity),
      ], [stack])
    return TokenTrainer(
      .init(
        tower: self, stack: stack, isCausal: true, reading: .last, hasClass: false,
        projection: "text_projection"),
      capacity: capacity, longest: context, recomputes: recomputes, place: Self.upToEnds)
  }

  package func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double {
    StackTrainer.numbers(stack, items: capacity, longest: context, recomputes: recomputes)
  }

  /// Each text up to its end, the first of its greatest ids: nothing before the end can see what follows,
  /// so that has no part in the loss.
  private static func upToEnds(_ batch: TowerBatch, _ placed: inout [PlacedToken]) -> [Int] {
    let context = max(1, batch.shape.first ?? 1)
    return (0..<batch.count).map { item in
      let ids = batch.tokens[item * context..<(item + 1) * context]
      let greatest = ids.max() ?? 0
      let end = ids.firstIndex(of: greatest) ?? ids.startIndex
      placed += ids[...end].enumerated().lazy.map { PlacedToken(id: Int($1), position: $0) }
      return end - ids.startIndex + 1
    }
  }
}
