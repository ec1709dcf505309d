import Contracts
import Declarations
import Execution
import Foundation
import Kernels
import Metrics

/// Zero-shot classification: each row of x gets the class whose row of y is most similar, at every shift.
///
/// `accuracy@k` is the share of items whose right class is among the k most similar; of equal similarities the first class
/// is the more similar. `roc-auc` is for two classes, the second of which is positive, with the score
/// softmax(scale·s)₂ = 1/(1 + exp(−scale·(s₂ − s₁))), equal scores counting half.
/// Source: Radford et al. 2021, arXiv:2103.00020, Sec. 3.1; Liang et al. 2022, Sec. 4.3 and Table 1; the score as in
/// the authors' code.
package struct ZeroShotEvaluation: NetworkReader {
  package struct Parameters: Decodable, Sendable {
    let classes: ClassParameters
    let metric: OneOrMany<Metric>
    let k: [Int]
    let scale: Double
    let predictions: Bool
    let prototypes: ClassPrototypes?

    private enum Keys: CodingKey { case metric, k, scale, predictions, prototypes }

    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Keys.self)
      classes = try ClassParameters(from: decoder)
      metric = try values.decode(OneOrMany<Metric>.self, forKey: .metric)
      k = try values.decode([Int].self, forKey: .k)
      scale = try values.decode(Double.self, forKey: .scale)
      predictions = try values.decode(Bool.self, forKey: .predictions)
      prototypes = try values.decodeIfPresent(ClassPrototypes.self, forKey: .prototypes)
    }
  }

  enum Metric: String, Decodable, Sendable, CaseIterable {
    case accuracy
    case rocAUC = "roc-auc"
  }

  static let predictionsTable = "predictions"

  package static let signature = StageSignature(
    phase: .evaluate, kind: "zero-shot",
    versionWhere: (ParameterCondition("metric", [Metric.rocAUC.rawValue]), 2),
    summary: "Accuracy of the classification of x by the most similar of the classes' rows of y.",
    parameters: [
      ClassParameters.classes, ClassParameters.prompt, ClassParameters.model, ClassParameters.data,
      ClassParameters.labels,
      .defaulted(
        "metric", .oneOrMany(.choice(Metric.allCases.map(\.rawValue))), .string(Metric.accuracy.rawValue),
        "`accuracy` (for each of `k`), `roc-auc` (of two classes, the second being positive), or both in a list."
      ),
      .defaulted(
        "k", .list(.integer(1...1_000_000_000), most: 100), .array([.number(1), .number(5), .number(10)]),
        "The values of k of the accuracies."),
      .defaulted(
        "scale", .positive, 100,
        "What multiplies the similarities in the softmax that is the score of `roc-auc`."),
      .defaulted(
        "predictions", .boolean, .bool(true),
        "Whether the answer for every item is written, for `best-shift` and paired tests."
      ),
      ClassPrototypes.parameter,
    ],
    rules: [
      .apart(ClassPrototypes.parameter.name, [ClassParameters.prompt.name, ClassParameters.model.name])
    ],
    input: .pairs, alsoAccepts: [.unpaired], references: [.model], output: .tables,
    extraTables: ["classes", "confusion", predictionsTable],
    extraColumns: [
      "classes": [
        .distance, className, TableColumn("accuracy", .quantity, .real, "Accuracy", unit: "fraction"),
        TableColumn("count", .quantity, .integer, "Items of the class"),
      ],
      "confusion": [
        className, TableColumn("predicted", .label, .text, "Predicted class"),
        TableColumn("count", .quantity, .integer, "Items"),
      ],
      predictionsTable: predictionColumns + [
        TableColumn("rank", .quantity, .integer, "Classes more similar than the right one"), score,
      ],
    ],
    columns: [
      .distance, TableColumn("metric", .label, .text, "Metric"),
      TableColumn("value", .quantity, .real, "Value", unit: "fraction"),
      TableColumn("count", .quantity, .integer, "Items"),
    ],
    sometimesTables: [predictionsTable: ParameterCondition("predictions", is: true)],
    misfits: { with, _ in misfits(with) })

  static let className = TableColumn("class", .label, .text, "Class")

  static let score = TableColumn(
    "score", .quantity, .real, "Score of the second class",
    presence: .when(ParameterCondition("metric", [Metric.rocAUC.rawValue]), takesRuns: false))

  static let predictionColumns = [
    TableColumn("item", .key, .integer, "Item"), .itemID,
    TableColumn("label", .key, .integer, "Number of the right class"),
    TableColumn("predicted", .quantity, .integer, "Number of the predicted class"),
  ]

  private static func misfits(_ with: JSONValue) -> [ParameterMisfit] {
    let names = with[ClassParameters.classes.name]?.array
    let metrics = with["metric"]?.array ?? with["metric"].map { [$0] } ?? []
    guard let names, names.count > 2, metrics.contains(.string(Metric.rocAUC.rawValue)) else {
      return ClassParameters.misfits(with)
    }
    return ClassParameters.misfits(with) + [
      ParameterMisfit(
        path: ["metric"], found: "\"\(Metric.rocAUC.rawValue)\" of \(names.count) classes",
        expected: "`accuracy`, or two classes")
    ]
  }

  private let parameters: Parameters
  private let makers: [NetworkMaker]

  init(parameters: Parameters, makers: [NetworkMaker]) {
    self.parameters = parameters
    self.makers = makers
  }

  /// What is written.
  private struct Output {
    var rows = CoordinateTable()
    var classes = CoordinateTable()
    var confusion = BlockTable()
    var predictions = BlockTable()
    var tied = 0
    var answers = 0
    /// Names of classes without items.
    var empty: [String] = []
  }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let sources = try Source.all(inputs, for: Self.signature.name)
    let model = try PromptModel(inputs, named: parameters.classes.model, makers)
    let hasIDs = sources.contains { $0.hasIDs }
    let given = try ItemClasses(parameters.classes, usual: model?.data, requiresLabels: false)
    var rows = ClassRows(model: model, parameters: parameters)
    var output = Output()
    for source in sources {
      let completed = try given.completed(from: source.family, rowsAreClasses: rows.areThoseOfY)
      let classes = rows.areMeans ? completed.occurring(unless: parameters.classes.classes != nil) : completed
      guard let labels = classes.labels else { throw noLabels(model) }
      let family = try rows.replacingY(of: source.family, classes, labels, context)
      for group in try GapShiftGroup.groups(of: family, context.budget) {
        let names = try self.names(classes, rows: group.y.rows)
        try ItemClasses.check(labels, rows: group.x.rows, classes: names.count)
        let ids = hasIDs ? try source.ids(of: group) : nil
        try measure(group, source, names, labels, ids, &output, context)
      }
    }
    tell(output, context)
    return .tables(
      [
        NamedTable("", output.rows.table), NamedTable("classes", output.classes.table),
        NamedTable("confusion", output.confusion.table),
      ] + (parameters.predictions ? [NamedTable(Self.predictionsTable, output.predictions.table)] : []))
  }

  private func noLabels(_ model: PromptModel?) -> ClassFailure {
    guard let data = parameters.classes.data ?? model?.data else { return .noLabels }
    return .dataWithoutLabels(kind: data.kind)
  }

  /// Where the rows of the classes come from: y itself, prompts, or means of y.
  private struct ClassRows {
    let model: PromptModel?
    let parameters: Parameters
    /// Several stages have the same prompts.
    private var known: (names: [String], rows: Matrix)?

    init(model: PromptModel?, parameters: Parameters) {
      self.model = parameters.prototypes == nil ? model : nil
      self.parameters = parameters
    }

    var areMeans: Bool { parameters.prototypes != nil }
    var areThoseOfY: Bool { model == nil && !areMeans }

    mutating func replacingY(
      of family: EmbeddingFamily, _ classes: ItemClasses, _ labels: [Int32], _ context: StageContext
    ) throws -> EmbeddingFamily {
      if areThoseOfY {
        if parameters.classes.prompt != nil { throw ClassFailure.promptsNeedModel }
        return family
      }
      guard let names = classes.names else { throw ClassFailure.noClasses }
      guard let model else {
        context.notice(ClassPrototypes.notice)
        return try ClassPrototypes.replaceY(of: family, by: names, labels, context.budget)
      }
      if let known, known.names == names { return try family.replacingY(known.rows) }
      let rows = try model.network(context).classRows(names, classes.prompts(parameters.classes), context)
      known = (names, rows)
      return try family.replacingY(rows)
    }
  }

  private func names(_ classes: ItemClasses, rows: Int) throws -> [String] {
    guard rows >= 2 else { throw ClassFailure.tooFewClasses(found: rows) }
    guard let names = classes.names else { return (0..<rows).map(String.init) }
    guard names.count == rows else { throw ClassFailure.rowCount(classes: names.count, rows: rows) }
    return names
  }

  private func measure(
    _ group: GapShiftGroup, _ source: Source, _ names: [String], _ labels: [Int32], _ ids: [String]?,
    _ output: inout Output, _ context: StageContext
  ) throws {
    let shifts = try group.classified(labels, of: source, context.budget)
    let scores =
      try parameters.metric.values.contains(.rocAUC) ? scores(group, shifts.map(\.factors), names) : []
    let areas = try scores.map { try area($0, names, labels) }
    for (place, shift) in shifts.enumerated() {
      let (coordinates, answers) = (shift.coordinates, shift.answers)
      output.tied += answers.decidedByTies
      output.answers += labels.count
      for (metric, value) in values(answers, areas.isEmpty ? nil : areas[place]) {
        output.rows.append(
          coordinates,
          [
            ("distance", .real(shift.distance)), ("metric", .text(metric)), ("value", .real(value)),
            ("count", .integer(labels.count)),
          ])
      }
      write(Confusion(labels, answers.predicted, classes: names.count), shift, names, &output)
      guard parameters.predictions else { continue }
      output.predictions.append(
        coordinates,
        Self.columns(labels, answers.predicted, ids) + [("rank", .integers(answers.ranks.map(Int.init)))]
          + (scores.isEmpty ? [] : [(Self.score.name, .reals(scores[place]))]))
    }
  }

  private func write(
    _ confusion: Confusion, _ shift: ClassifiedShift, _ names: [String], _ output: inout Output
  ) {
    output.empty = names.indices.filter { confusion.items[$0] == 0 }.map { names[$0] }
    for (index, name) in names.enumerated() {
      output.classes.append(
        shift.coordinates,
        [
          ("distance", .real(shift.distance)), ("class", .text(name)),
          ("accuracy", .real(confusion.accuracy(of: index))),
          ("count", .integer(confusion.items[index])),
        ])
    }
    output.confusion.append(shift.coordinates, confusion.columns(names))
  }

  static func columns(
    _ labels: [Int32], _ predicted: [Int32], _ ids: [String]?
  ) -> [(name: String, values: Column)] {
    [("item", .integers(Array(labels.indices)))]
      + (ids.map { [(TableColumn.itemID.name, Column.texts($0))] } ?? [])
      + [("label", .integers(labels.map(Int.init))), ("predicted", .integers(predicted.map(Int.init)))]
  }

  private func values(_ answer: ZeroShotAnswers, _ area: Double?) -> [(metric: String, value: Double)] {
    parameters.metric.values.flatMap { metric -> [(String, Double)] in
      switch metric {
      case .accuracy:
        parameters.k.map {
          ("accuracy@\($0)", Double(answer.successes(at: $0)) / Double(answer.ranks.count))
        }
      case .rocAUC: area.map { [(metric.rawValue, $0)] } ?? []
      }
    }
  }

  /// That of the second class, for each item at each shift.
  private func scores(
    _ group: GapShiftGroup, _ factors: [GapShiftGroup.Factors], _ names: [String]
  ) throws -> [[Double]] {
    guard names.count == 2 else { throw ClassFailure.notTwoClasses(found: names.count) }
    return group.similaritiesOfTwoClasses(factors).map { pair in
      zip(pair.first, pair.second).map { 1 / (1 + exp(-parameters.scale * ($1 - $0))) }
    }
  }

  private func area(_ scores: [Double], _ names: [String], _ labels: [Int32]) throws -> Double {
    guard let area = areaUnderROC(scores: scores, isPositive: labels.map { $0 == 1 }) else {
      throw ClassFailure.oneClassOnly(name: names[Int(labels.first ?? 0)], items: labels.count)
    }
    return area
  }

  private func tell(_ output: Output, _ context: StageContext) {
    if let first = output.empty.first {
      context.notice(
        "no item is of the \(output.empty.count == 1 ? "class" : "classes, among them,") `\(first.prefix(80))`"
          + (output.empty.count == 1 ? "" : " (\(output.empty.count) of them)")
          + ": the accuracy of a class without items is nan")
    }
    if output.tied > 0 {
      context.notice(
        "\(output.tied) of \(output.answers) answers were decided by a tie: two classes are exactly as similar, and the class "
          + "with the lower number counts as the more similar; rows of y that repeat cause this")
    }
  }
}

/// How often each class was taken for each.
struct Confusion {
  /// The cells that are not zero, by right class and predicted class.
  private let cells: [(right: Int, predicted: Int, count: Int)]
  /// Of each class.
  let items: [Int]
  private let successes: [Int]

  init(_ labels: [Int32], _ predicted: [Int32], classes: Int) {
    var items = [Int](repeating: 0, count: classes)
    var successes = items
    var counts: [Int: Int] = [:]
    for (label, guess) in zip(labels, predicted) {
      items[Int(label)] += 1
      if label == guess { successes[Int(label)] += 1 }
      counts[Int(label) * classes + Int(guess), default: 0] += 1
    }
    (self.items, self.successes) = (items, successes)
    cells = counts.sorted { $0.key < $1.key }.map { ($0.key / classes, $0.key % classes, $0.value) }
  }

  /// NaN for a class without items.
  func accuracy(of index: Int) -> Double { Double(successes[index]) / Double(items[index]) }

  func columns(_ names: [String]) -> [(name: String, values: Column)] {
    [
      ("class", .texts(cells.map { names[$0.right] })),
      ("predicted", .texts(cells.map { names[$0.predicted] })), ("count", .integers(cells.map(\.count))),
    ]
  }
}
