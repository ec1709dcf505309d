import Contracts
import Declarations
import Execution
import Kernels
import Metrics

/// Where the rows of the classes come from, if y has none: the mean of the rows of y that belong to the items of a class.
///
///     t_c = normalize(Σ_{j: class of j's item = c} y_j / ‖y_j‖)
///
/// This is the average over prompts of Radford et al. 2021, arXiv:2103.00020, Sec. 3.1.4, with the items' own texts as prompts.
enum ClassPrototypes: String, Decodable, Sendable {
  case means

  static let parameter = Parameter.optional(
    "prototypes", .choice([Self.means.rawValue]),
    "`means`: a class's row is the normalised mean of the normalised rows of y that belong to its items. Default: y has a row "
      + "for each class, or `model` makes them.")

  static let notice =
    "the row of a class is the mean of the texts of the items that are classified, each item's own among them, so the "
    + "accuracy is higher than it would be for other items"

  /// The family with these rows of the classes in the place of y.
  ///
  /// - Parameter labels: the class of each row of x.
  /// - Throws: `ClassFailure`, `MetricFailure` for a mean without a direction.
  static func replaceY(
    of family: EmbeddingFamily, by names: [String], _ labels: [Int32], _ budget: ThreadBudget
  ) throws -> EmbeddingFamily {
    var replaced = family
    replaced.bases = try family.bases.map { base in
      let one = EmbeddingFamily(base)
      return try one.replacingY(rows(of: base, names, labels, budget)).bases[0]
    }
    return replaced
  }

  private static func rows(
    of base: Embeddings, _ names: [String], _ labels: [Int32], _ budget: ThreadBudget
  ) throws -> Matrix {
    guard let y = base.y else { throw MetricFailure.notAPair }
    guard names.count >= 2 else { throw ClassFailure.tooFewClasses(found: names.count) }
    let partners = try base.partners()
    guard partners.isPaired else { throw ClassFailure.prototypesNeedPairs }
    try ItemClasses.check(labels, rows: base.x.rows, classes: names.count)
    let unit = try TransformedRows(y, .y).unitFloats(budget)
    var sums = [Double](repeating: 0, count: names.count * y.columns)
    var counts = [Int](repeating: 0, count: names.count)
    for (row, x) in partners.rowOfX.enumerated() {
      let place = Int(labels[x])
      counts[place] += 1
      for (column, value) in unit.row(row).enumerated() { sums[place * y.columns + column] += Double(value) }
    }
    if let empty = counts.firstIndex(of: 0) { throw ClassFailure.noPrototype(names[empty]) }
    let means = sums.enumerated().map { Float($1 / Double(counts[$0 / y.columns])) }
    let matrix = Matrix(rows: names.count, columns: y.columns, values: means)
    return try TransformedRows(matrix, .y).unitFloats(budget)
  }
}
