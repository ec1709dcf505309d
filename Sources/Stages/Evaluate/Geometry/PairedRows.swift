import Contracts
import Declarations
import Kernels
import Metrics

/// A member's pairs in float64: row i of `x` and row i of `y` belong together. Rows are as shifts leave them.
struct PairedRows {
  let coordinates: [Coordinate]
  let x: RealMatrix
  let y: RealMatrix
  /// The same pairs before any shift.
  let original: () throws -> (x: RealMatrix, y: RealMatrix)

  private init(_ source: Source, _ index: Int, _ context: StageContext) throws {
    let (family, member) = (source.family, source.family.members[index])
    coordinates = source.coordinates(index)
    (x, y) = try Self.rows(of: member, family, context)
    original = {
      try Self.rows(of: EmbeddingFamily.Member(base: member.base), family, context)
    }
  }

  private static func rows(
    of member: EmbeddingFamily.Member, _ family: EmbeddingFamily, _ context: StageContext
  ) throws -> (x: RealMatrix, y: RealMatrix) {
    let partners = try family.bases[member.base].partners()
    guard partners.isPaired else { throw MetricFailure.unpaired }
    let (x, y) = (try family.rows(.x, of: member), try family.rows(.y, of: member))
    guard x.columns == y.columns else {
      throw MetricFailure.unequalShapes(
        xRows: x.rows, xColumns: x.columns, yRows: y.rows, yColumns: y.columns)
    }
    guard y.rows >= 2 else { throw MetricFailure.tooFewRows(.y, found: y.rows) }
    return (try x.choosing(partners.rowOfX).real(context.budget), try y.real(context.budget))
  }

  /// The table of an evaluation that measures pairs: for each member of each stage what `values` gives.
  static func table(
    _ inputs: StageInputs, for kind: String, _ context: StageContext,
    _ values: (PairedRows) throws -> [[(String, Cell)]]
  ) throws -> Artefact {
    var rows = CoordinateTable()
    for source in try Source.all(inputs, for: "evaluate/\(kind)") {
      for index in source.family.members.indices {
        let pairs = try PairedRows(source, index, context)
        for row in try values(pairs) { rows.append(pairs.coordinates, row) }
      }
    }
    return .tables([NamedTable("", rows.table)])
  }

  /// Both sides, with what tables call them.
  var sides: [(name: String, side: Side, rows: RealMatrix)] { [("x", .x, x), ("y", .y, y)] }

  /// The vector from the centroid of y to that of x.
  /// - Throws: `MetricFailure.noGap` where they coincide.
  func gap() throws -> [Double] {
    let gap = zip(x.centroid, y.centroid).map { $0 - $1 }
    guard dot(gap, gap) > 1e-18 else { throw MetricFailure.noGap }
    return gap
  }
}
