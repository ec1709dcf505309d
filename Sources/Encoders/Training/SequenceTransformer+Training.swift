import Kernels

extension SequenceTransformer: TrainableTower {
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
        tower: self, stack: stack, isCausal: false, reading: pooling == .mean ? .all : .first,
        hasClass: pooling == .classToken, projection: "proj"),
      capacity: capacity, longest: context + (pooling == .classToken ? 1 : 0), recomputes: recomputes,
      place: place)
  }

  package func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double {
    StackTrainer.numbers(stack, items: capacity, longest: context + 1, recomputes: recomputes)
  }

  private func place(_ batch: TowerBatch, _ rows: inout [PlacedToken]) -> [Int] {
    let items = placed(batch)
    for item in items { rows += item }
    return items.map(\.count)
  }
}
