import Execution
import Kernels

/// What a walk over all pairs of rows sums up.
package enum PairNeed: Sendable, Hashable {
  /// Σ_j exp(−2‖·‖²).
  case uniformity
  /// Σ_j exp(−‖·‖²/2σ²), and its sums where sides are exchanged.
  case kernel
  /// Σ_j ‖·‖, and the same.
  case distances
  /// The k nearest rows of the own side, without the row itself.
  case within
  /// The k nearest rows of the other side.
  case across
}

/// One walk over the similarities of all pairs of rows, within and across the sides, from which every metric of pairs
/// takes what it needs.
///
/// A block is a strip of rows against all rows, in tiles of float32 products; a strip's numbers are those of its own rows,
/// so nothing depends on the number of threads, and memory is that of a few tiles a thread.
struct PairPass: Sendable {
  /// Whose rows against whose.
  enum Relation: Int, CaseIterable, Sendable {
    case xx, yy, xy, yx

    var isWithin: Bool { self == .xx || self == .yy }
    var leftIsX: Bool { self == .xx || self == .xy }
    var rightIsX: Bool { self == .xx || self == .yx }
    /// Of the terms of the squared distance between two samples.
    var sign: Float { isWithin ? 1 : -1 }
  }

  static let stripRows = 128
  static let tileColumns = 512

  let x: Matrix
  let y: Matrix
  let needs: Set<PairNeed>
  let options: GapMetricOptions
  /// How many neighbours are kept.
  let k: Int
  /// `(n, flips)` of ±1: whether a pair's sides are exchanged.
  let signs: [Float]
  let flips: Int

  init(_ study: GapStudy) {
    (x, y, needs, options) = (study.x, study.y, study.needs, study.options)
    k = min(options.k, study.count - 1)
    let hasTests = !needs.isDisjoint(with: [.kernel, .distances]) && x.columns == y.columns
    flips = hasTests ? options.permutations : 0
    signs = options.stream("sides").signs(study.count * flips)
  }

  /// Without products of rows that have different lengths.
  var relations: [Relation] { x.columns == y.columns ? Relation.allCases : [.xx, .yy] }

  func matrix(isX: Bool) -> Matrix { isX ? x : y }

  func run(_ budget: ThreadBudget) throws -> Result {
    let strips = blockCount(x.rows, size: Self.stripRows)
    let parts = try budget.map(blocks: strips) { strip in
      var strip = PairStrip(self, blockRange(strip, size: Self.stripRows, count: x.rows))
      strip.run()
      return strip.result
    }
    return Result(parts, k: k, count: x.rows)
  }

  /// What the strips found, or one of them.
  struct Result: Sendable {
    let k: Int
    let count: Int
    /// By relation, a number a row. The row itself counts with its exact similarity, 1, within a side; the partner counts across.
    var uniformity: [Relation: [Double]] = [:]
    var kernel: [Relation: [Double]] = [:]
    var distances: [Relation: [Double]] = [:]
    var neighbours: [Relation: NeighbourLists] = [:]
    /// Of each pair, exp(−2‖x_i − y_i‖²) among those of `uniformity`.
    var partnerUniformity: [Double] = []
    var partnerKernel: [Double] = []
    /// Similarities of partners, among those that neighbours are compared by.
    var partners: [Float] = []
    /// Σ_ij ε_i·ε_j·h_ij of each exchange of sides.
    var kernelFlips: [Double] = []
    var distanceFlips: [Double] = []

    init(k: Int, count: Int) { (self.k, self.count) = (k, count) }

    fileprivate init(_ strips: [Result], k: Int, count: Int) {
      self.init(k: k, count: count)
      for strip in strips {
        for (relation, values) in strip.uniformity { uniformity[relation, default: []] += values }
        for (relation, values) in strip.kernel { kernel[relation, default: []] += values }
        for (relation, values) in strip.distances { distances[relation, default: []] += values }
        for (relation, lists) in strip.neighbours {
          neighbours[relation, default: NeighbourLists(k: k)].append(lists)
        }
        partnerUniformity += strip.partnerUniformity
        partnerKernel += strip.partnerKernel
        partners += strip.partners
        kernelFlips.addEach(strip.kernelFlips)
        distanceFlips.addEach(strip.distanceFlips)
      }
    }
  }
}

extension RandomStream {
  /// Numbers of −1 and 1.
  func signs(_ count: Int) -> [Float] {
    [Float](count: count) { out in
      uniforms(into: out)
      for index in out.indices { out[index] = out[index] < 0.5 ? -1 : 1 }
    }
  }
}

extension [Double] {
  fileprivate mutating func addEach(_ other: [Double]) {
    if isEmpty { self = other } else { for index in indices { self[index] += other[index] } }
  }
}
