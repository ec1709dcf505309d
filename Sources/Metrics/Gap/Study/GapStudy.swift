import Execution
import Kernels

/// Two sides of paired unit rows, and what several metrics share: each is computed once, where the first metric asks.
package final class GapStudy {
  let x: Matrix
  let y: Matrix
  let options: GapMetricOptions
  let needs: Set<PairNeed>
  let budget: ThreadBudget
  /// What the notes say of a sample; nil of the whole.
  let sampleNote: String?

  private var keptSample: GapStudy?
  private var keptMoments: SecondMoments?
  private var keptSpectra: [SideSpectra]?
  private var keptPass: PairPass.Result?
  private var keptShuffles: ShuffledPairs?
  private var keptCrossMoments: [ShuffledMoments]?
  private var keptResamples: [Int: ItemResamples] = [:]
  private var keptFrechet: FrechetParts?

  init(
    x: Matrix, y: Matrix, options: GapMetricOptions, needs: Set<PairNeed>, budget: ThreadBudget,
    sampleNote: String? = nil
  ) {
    (self.x, self.y, self.options, self.needs) = (x, y, options, needs)
    (self.budget, self.sampleNote) = (budget, sampleNote)
  }

  var count: Int { x.rows }
  /// What a metric adds to its notes that is measured on this.
  var notes: [String] { sampleNote.map { [$0] } ?? [] }

  func rows(_ side: GapSide) -> Matrix { side == .y ? y : x }

  private func once<Value>(_ kept: inout Value?, _ make: () throws -> Value) rethrows -> Value {
    if let kept { return kept }
    let made = try make()
    kept = made
    return made
  }

  /// At most so many pairs, drawn without replacement, in their order; itself where there are no more.
  func sample(atMost limit: Int) -> GapStudy {
    guard count > limit else { return self }
    let chosen = options.stream("sample").permutation(count).prefix(limit).sorted()
    return GapStudy(
      x: x.picking(chosen), y: y.picking(chosen), options: options, needs: needs, budget: budget,
      sampleNote: "measured on \(limit) of \(count) pairs, drawn at random")
  }

  /// What metrics over all pairs of rows are measured on.
  var sample: GapStudy {
    count > options.pairs ? once(&keptSample) { sample(atMost: options.pairs) } : self
  }

  func moments() throws -> SecondMoments { try once(&keptMoments) { try SecondMoments(x, y, budget) } }

  /// Of x and of y.
  func spectra(_ side: GapSide) throws -> SideSpectra {
    let moments = try moments()
    let both = try once(&keptSpectra) { try SideSpectra.both(moments, budget) }
    return both[side == .y ? 1 : 0]
  }

  func pairs() throws -> PairPass.Result {
    try once(&keptPass) { try PairPass(self).run(budget) }
  }

  func shuffles() throws -> ShuffledPairs {
    try once(&keptShuffles) {
      try ShuffledPairs(x, y, options, budget)
    }
  }

  func shuffledMoments() throws -> [ShuffledMoments] {
    try once(&keptCrossMoments) { try ShuffledMoments.all(self) }
  }

  func frechet() throws -> FrechetParts {
    let (moments, spectra) = (try moments(), try spectra(.x))
    return try once(&keptFrechet) { try FrechetParts(moments, spectra.centred, count: count) }
  }

  func resamples(of items: Int) throws -> ItemResamples {
    if let kept = keptResamples[items] { return kept }
    let made = try ItemResamples(items: items, count: options.bootstrap)
    keptResamples[items] = made
    return made
  }
}
