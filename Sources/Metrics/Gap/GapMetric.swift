import Contracts
import Declarations

/// A number that says something of the gap between two modalities, or of the shape that they have on the sphere.
///
/// Rows are divided by their norms first; row i of x is paired with row i of y. A metric is a value in a file of its own,
/// whose comment has the formula and the source, and a line in `gapMetricCatalog`.
package protocol GapMetric: Sendable {
  var card: GapMetricCard { get }
  /// The values, one a side of the card. Called only where the card's conditions hold.
  func measure(_ study: GapStudy) throws -> [GapMeasure]
}

/// What is known of a metric before anything is measured.
package struct GapMetricCard: Sendable {
  package let name: String
  package let title: String
  package let formula: String
  package let source: String
  /// The least and the greatest value; intervals are cut there.
  package let range: ClosedRange<Double>
  /// What a greater value means.
  package let reading: String
  package let sides: [GapSide]
  /// Which passes over all pairs of rows it needs.
  package let needs: Set<PairNeed>
  /// Fewer pairs have no value.
  package let leastPairs: @Sendable (GapMetricOptions) -> Int
  /// Whether both sides must have the same number of dimensions.
  package let equalDimensions: Bool
  /// Why there is no interval; nil where there is one.
  package let withoutInterval: String?

  init(
    _ name: String, _ title: String, formula: String, source: String, range: ClosedRange<Double>,
    reading: String, sides: [GapSide], needs: Set<PairNeed> = [], leastPairs: Int = 2,
    equalDimensions: Bool = true, withoutInterval: String? = nil
  ) {
    self.init(
      name, title, formula: formula, source: source, range: range, reading: reading, sides: sides,
      needs: needs, equalDimensions: equalDimensions, withoutInterval: withoutInterval,
      leastPairs: { _ in leastPairs })
  }

  init(
    _ name: String, _ title: String, formula: String, source: String, range: ClosedRange<Double>,
    reading: String, sides: [GapSide], needs: Set<PairNeed> = [], equalDimensions: Bool = true,
    withoutInterval: String? = nil, leastPairs: @escaping @Sendable (GapMetricOptions) -> Int
  ) {
    (self.name, self.title, self.formula, self.source) = (name, title, formula, source)
    (self.range, self.reading, self.sides, self.needs) = (range, reading, sides, needs)
    self.leastPairs = leastPairs
    self.equalDimensions = equalDimensions
    self.withoutInterval = withoutInterval
  }
}

/// What a value is about.
package enum GapSide: String, Sendable, CaseIterable {
  case x, y
  case xToY = "x-to-y"
  case yToX = "y-to-x"
  case both

  static let each: [GapSide] = [.x, .y]
  static let directions: [GapSide] = [.xToY, .yToX]
}

/// A value, and what its interval is made of.
package struct GapMeasure {
  var side: GapSide
  var value: Double
  /// Of each item that the value is a mean over, how the value changes with the item's weight: for a mean, the item's
  /// value less the mean. Nil where there is no interval.
  var influence: (() throws -> [Double])?
  /// The value where pairs are shuffled, or what chance gives.
  var null: Double
  var p: Double
  /// How many pairs were held out and measured; 0 where the value is of the pairs that everything was fitted on.
  var heldOut: Int
  var notes: [String]

  init(
    _ side: GapSide, _ value: Double, null: Double = .nan, p: Double = .nan, heldOut: Int = 0,
    notes: [String] = [], influence: (() throws -> [Double])? = nil
  ) {
    (self.side, self.value, self.null, self.p) = (side, value, null, p)
    (self.heldOut, self.notes, self.influence) = (heldOut, notes, influence)
  }

  /// No value, and why.
  static func undefined(_ side: GapSide, _ why: String) -> GapMeasure {
    GapMeasure(side, .nan, notes: [why])
  }

  /// The mean of some items' values.
  init(
    _ side: GapSide, meanOf values: [Double], null: Double = .nan, p: Double = .nan, heldOut: Int = 0,
    notes: [String] = []
  ) {
    let mean = values.mean
    self.init(side, mean, null: null, p: p, heldOut: heldOut, notes: notes) { values.map { $0 - mean } }
  }
}

/// A line of the result.
package struct GapMetricRow: Sendable, Equatable {
  package let metric: String
  package let side: GapSide
  package let value: Double
  package let low: Double
  package let high: Double
  package let null: Double
  package let p: Double
  package let heldOut: Int
  package let note: String
}

extension [Double] {
  var mean: Double { reduce(0, +) / Double(count) }

  var sum: Double { reduce(0, +) }
}
