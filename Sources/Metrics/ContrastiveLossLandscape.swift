import Contracts
import Execution
import Foundation
import Kernels

/// The contrastive loss of one member at one temperature, in nats per pair.
public struct ContrastiveLossLandscape: Sendable, Equatable {
  /// −(1/n) Σ_i ln(exp(x_i·y_i/τ) / Σ_j exp(x_i·y_j/τ)).
  public let xToY: Double
  /// −(1/n) Σ_i ln(exp(x_i·y_i/τ) / Σ_j exp(x_j·y_i/τ)).
  public let yToX: Double
  /// The mean of both directions.
  public var symmetric: Double { (xToY + yToX) / 2 }

  package init(xToY: Double, yToX: Double) {
    self.xToY = xToY
    self.yToX = yToX
  }
}

/// The contrastive loss of pairs of embeddings; each row is divided by its norm first.
///
/// The candidates j are the pair's batch: `batch` consecutive pairs, or all pairs if it is 0. A smaller last
/// batch is weighted by its size, so the result is the mean over all pairs; if the batch size
/// divides n, this is the authors' mean over batches.
/// - Parameters:
///   - x: `(n, d)`, the first modality.
///   - y: `(n, d)`, the second.
///   - temperature: τ > 0, without unit; down to 1/1000 and below without overflow.
/// - Throws: an error that names the row if a row is not finite or has norm zero.
///
/// Source: Liang et al. 2022, Sec. 4.1.
public func contrastiveLoss(
  _ x: Matrix, _ y: Matrix, temperature: Double, batch: Int = 0
) throws -> ContrastiveLossLandscape {
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  let family = EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false))
  let group = try GapShiftGroup.groups(of: family, budget)[0]
  let factors = try group.members.map(group.factors)
  return try group.contrastiveLosses(factors, temperatures: [temperature], batch: batch, budget)[0][0]
}

extension GapShiftGroup {
  /// The losses of every member (outer) at every temperature (inner), from one product x·y a batch.
  ///
  /// Where items have several rows of y, the loss is taken in rounds: the first row of y of every item, then
  /// the second, and so on. So no batch holds an item twice, and the loss is the mean over all pairs.
  /// - Throws: `MetricFailure.unpaired`.
  package func contrastiveLosses(
    _ factors: [Factors], temperatures: [Double], batch: Int, _ budget: ThreadBudget
  ) throws -> [[ContrastiveLossLandscape]] {
    let rounds = try rounds()
    if rounds.count == 1, rounds[0].partners == partners {
      return try lossesOneToOne(factors, temperatures: temperatures, batch: batch, budget)
    }
    let parts = try rounds.map { round in
      try round.lossesOneToOne(
        round.members.map(round.factors), temperatures: temperatures, batch: batch, budget)
    }
    return factors.indices.map { m in
      temperatures.indices.map { t in
        let weighted = zip(rounds, parts).map { round, losses in
          (share: Double(round.partners.count) / Double(partners.count), loss: losses[m][t])
        }
        return ContrastiveLossLandscape(
          xToY: weighted.reduce(0) { $0 + $1.share * $1.loss.xToY },
          yToX: weighted.reduce(0) { $0 + $1.share * $1.loss.yToX })
      }
    }
  }

  /// Gives `body` the losses of each pair, for every member (outer) at every temperature (inner), by their places; their
  /// means are `contrastiveLosses`. A few temperatures are held at once, so memory does not grow with their number.
  ///
  /// Pairs are in the order of y. Where items have several rows of y, the losses are taken in rounds, as those are.
  /// - Parameter most: how many losses of each direction are held at once, as far as one temperature has not more.
  /// - Throws: `MetricFailure.unpaired`, and what `body` throws.
  package func forEachPairLosses(
    temperatures: [Double], batch: Int, most: Int = 8_000_000, _ budget: ThreadBudget,
    _ body: (_ member: Int, _ temperature: Int, PairLosses) throws -> Void
  ) throws {
    let rounds = zip(try rounds(), partners.rounds).map { LossRound(group: $0, pairs: $1, batch: batch) }
    let atOnce = max(1, min(most / max(1, partners.count), rounds.map(\.grid.combinationsAtOnce).min() ?? 1))
    for member in members.indices {
      for first in stride(from: 0, to: temperatures.count, by: atOnce) {
        let part = first..<min(temperatures.count, first + atOnce)
        var losses = part.map { _ in PairLosses(count: partners.count) }
        for round in rounds {
          let own = try round.losses(member, scales: part.map { 1 / temperatures[$0] }, budget)
          for place in losses.indices { losses[place].set(own[place], at: round.pairs) }
        }
        for (place, temperature) in part.enumerated() { try body(member, temperature, losses[place]) }
      }
    }
  }

  /// Among how many candidates a pair's partner is looked for: those of a batch, at most all of a round.
  package func candidates(batch: Int) -> Int {
    let most = partners.rounds.map(\.count).max() ?? 0
    return batch <= 0 ? most : min(batch, most)
  }

  /// How many pairs have fewer candidates than `candidates(batch:)` says, for they are in a last batch or round that
  /// is not full, and how many those have that have fewest.
  package func pairsShortOfCandidates(batch: Int) -> (pairs: Int, fewest: Int) {
    let usual = candidates(batch: batch)
    guard usual > 0 else { return (0, 0) }
    return partners.rounds.reduce((0, usual)) { found, round in
      let rest = round.count % usual
      return rest == 0 ? found : (found.0 + rest, min(found.1, rest))
    }
  }

  /// The same where row i belongs with row i.
  private func lossesOneToOne(
    _ factors: [Factors], temperatures: [Double], batch: Int, _ budget: ThreadBudget
  ) throws -> [[ContrastiveLossLandscape]] {
    let combinations = factors.indices.flatMap { m in
      temperatures.map { LossCombination(member: m, scale: 1 / $0) }
    }
    let grid = LossGrid(pairs: partners.count, batch: batch)
    var losses: [ContrastiveLossLandscape] = []
    for part in stride(from: 0, to: combinations.count, by: grid.combinationsAtOnce) {
      let chosen = Array(combinations[part..<min(combinations.count, part + grid.combinationsAtOnce)])
      losses += try LossPass(group: self, factors: factors, combinations: chosen, grid: grid).run(budget)
    }
    for (place, loss) in losses.enumerated() where !(loss.xToY + loss.yToX).isFinite {
      throw MetricFailure.lossNotFinite(temperature: temperatures[place % temperatures.count])
    }
    return factors.indices.map { m in
      Array(losses[m * temperatures.count..<(m + 1) * temperatures.count])
    }
  }
}

/// The losses of each pair of one member at one temperature, in nats.
package struct PairLosses: Sendable {
  package private(set) var xToY: [Double]
  package private(set) var yToX: [Double]

  init(xToY: [Double], yToX: [Double]) { (self.xToY, self.yToX) = (xToY, yToX) }

  fileprivate init(count: Int) {
    xToY = [Double](repeating: 0, count: count)
    yToX = xToY
  }

  fileprivate mutating func set(_ losses: PairLosses, at pairs: [Int]) {
    for (place, pair) in pairs.enumerated() {
      xToY[pair] = losses.xToY[place]
      yToX[pair] = losses.yToX[place]
    }
  }
}

/// A round of one-to-one pairs, and which pairs they are.
private struct LossRound {
  let group: GapShiftGroup
  let pairs: [Int]
  let grid: LossGrid

  init(group: GapShiftGroup, pairs: [Int], batch: Int) {
    (self.group, self.pairs) = (group, pairs)
    grid = LossGrid(pairs: pairs.count, batch: batch)
  }

  func losses(_ member: Int, scales: [Double], _ budget: ThreadBudget) throws -> [PairLosses] {
    let factors = try group.factors(group.members[member])
    let combinations = scales.map { LossCombination(member: 0, scale: $0) }
    return try LossPass(group: group, factors: [factors], combinations: combinations, grid: grid)
      .runEach(budget)
  }
}

/// One member at one temperature; `scale` is 1/τ.
struct LossCombination: Sendable {
  let member: Int
  let scale: Double
}

/// How pairs are cut: batches of candidates, and each batch into strips of rows.
struct LossGrid: Sendable {
  static let stripRows = 256
  let pairs: Int
  let batchSize: Int
  let stripsPerBatch: Int

  init(pairs: Int, batch: Int) {
    self.pairs = pairs
    batchSize = batch <= 0 || batch > pairs ? pairs : batch
    stripsPerBatch = Execution.blockCount(batchSize, size: Self.stripRows)
  }

  var batches: Int { Execution.blockCount(pairs, size: batchSize) }
  var strips: Int { batches * stripsPerBatch }

  func batch(_ index: Int) -> Range<Int> { blockRange(index, size: batchSize, count: pairs) }

  /// The rows of a strip; none where a smaller last batch has fewer strips.
  func rows(_ strip: Int) -> Range<Int> {
    let batch = batch(strip / stripsPerBatch)
    let first = min(batch.upperBound, batch.lowerBound + strip % stripsPerBatch * Self.stripRows)
    return first..<min(batch.upperBound, first + Self.stripRows)
  }

  /// Column sums of this many combinations take a quarter of a gigabyte at most.
  var combinationsAtOnce: Int { max(1, 32_000_000 / max(1, stripsPerBatch * pairs)) }
}
