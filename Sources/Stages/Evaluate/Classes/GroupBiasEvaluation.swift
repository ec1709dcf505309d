import Contracts
import Datasets
import Declarations
import Kernels
import Metrics
import Statistics

/// How often items of each group are taken for a prompt of each category, at every shift.
///
/// Each item gets the prompt whose row of y is most similar, as in `zero-shot`. `fraction` is the share of a group's items that
/// get a prompt of the category, with Wilson's interval. `<stage>.accuracy` is the share of all items that get their own prompt.
/// Source: Liang et al. 2022, Sec. 4.3 and Table 2; Agarwal et al. 2021, arXiv:2108.02818.
package struct GroupBiasEvaluation: NetworkReader {
  package struct Parameters: Decodable, Sendable {
    let groups: String
    let categories: [String: [Member]]
    let prompts: ClassParameters.Names?
    let classes: ClassParameters
    let predictions: Bool

    private enum Keys: CodingKey { case groups, categories, prompts, predictions }

    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Keys.self)
      classes = try ClassParameters(from: decoder)
      groups = try values.decode(String.self, forKey: .groups)
      categories = try values.decode([String: [Member]].self, forKey: .categories)
      prompts = try values.decodeIfPresent(ClassParameters.Names.self, forKey: .prompts)
      predictions = try values.decode(Bool.self, forKey: .predictions)
    }
  }

  /// One prompt of a category.
  enum Member: Decodable, Sendable {
    case number(Int)
    case prompt(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self) {
        self = .number(number)
      } else {
        self = .prompt(try value.decode(String.self))
      }
    }
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "group-bias",
    summary: "Share of each group's items that are taken for a prompt of each category.",
    parameters: [
      .required(
        "groups", ClassParameters.labels.type,
        "The group of each row of x: an attribute of the data, or a file with one group number per row, from 0."
      ),
      .required(
        "categories", .named(.list(.either(.integer(0...65_535), .string), most: 65_536)),
        "For each category, the prompts that belong to it: their numbers, from 0, or their texts."),
      .optional(
        "prompts", ClassParameters.names,
        "The texts to choose from, or a file with one per line. Default: y has a row for each of them."),
      ClassParameters.model, ClassParameters.data,
      .optional(
        "labels", ClassParameters.labels.type,
        "The number of the right prompt of each row of x: an attribute of the data, or a file. Default: the classes of the data."
      ),
      .defaulted(
        "predictions", .boolean, .bool(true),
        "Whether the answer for every item is written, for paired tests."),
    ],
    input: .pairs, alsoAccepts: [.unpaired], references: [.model], output: .tables,
    extraTables: ["accuracy", ZeroShotEvaluation.predictionsTable],
    extraColumns: [
      "accuracy": [
        .distance, TableColumn("accuracy", .quantity, .real, "Accuracy", unit: "fraction"),
        low, high, TableColumn("count", .quantity, .integer, "Items"),
      ],
      ZeroShotEvaluation.predictionsTable: ZeroShotEvaluation.predictionColumns + [
        TableColumn("group", .label, .text, "Group")
      ],
    ],
    columns: [
      .distance, TableColumn("group", .label, .text, "Group"),
      TableColumn("category", .label, .text, "Category"),
      TableColumn("fraction", .quantity, .real, "Share of the category", unit: "fraction of the group"), low,
      high,
      TableColumn("count", .quantity, .integer, "Items of the group"),
    ],
    sometimesTables: [ZeroShotEvaluation.predictionsTable: ParameterCondition("predictions", is: true)],
    misfits: { with, _ in misfits(with) })

  private static let low = TableColumn("ci95_low", .quantity, .real, "Lower end of the Wilson interval")
  private static let high = TableColumn("ci95_high", .quantity, .real, "Upper end of the Wilson interval")

  /// What can be told before anything is embedded; of prompts in a file, and of rows of y, it cannot.
  private static func misfits(_ with: JSONValue) -> [ParameterMisfit] {
    guard let prompts = with["prompts"]?.array?.compactMap(\.string) else { return [] }
    let categories = with["categories"]?.object ?? [:]
    return ClassParameters.misfits(
      of: prompts, at: "prompts", expected: "different prompts, none of them empty")
      + categories.sorted { $0.key.isExactlyBefore($1.key) }.flatMap { name, members in
        (members.array ?? []).compactMap { misfit(of: $0, in: name, prompts) }
      }
  }

  private static func misfit(
    of member: JSONValue, in category: String, _ prompts: [String]
  ) -> ParameterMisfit? {
    let path = ["categories", category]
    if let text = member.string, !prompts.contains(where: { $0.isExactly(text) }) {
      return ParameterMisfit(
        path: path, found: "\"\(text.prefix(80))\"", expected: "texts that are among the prompts")
    }
    if let number = member.integer, number >= prompts.count {
      return ParameterMisfit(
        path: path, found: "\(number)",
        expected: "numbers below \(prompts.count), which is that of the prompts")
    }
    return nil
  }

  private let parameters: Parameters
  private let makers: [NetworkMaker]

  init(parameters: Parameters, makers: [NetworkMaker]) {
    self.parameters = parameters
    self.makers = makers
  }

  /// The groups of the items.
  private struct Groups {
    let names: [String]
    let numbers: [Int32]
    var sizes: [Int]

    init(names: [String], numbers: [Int32]) {
      (self.names, self.numbers) = (names, numbers)
      sizes = [Int](repeating: 0, count: names.count)
      for number in numbers { sizes[Int(number)] += 1 }
    }
  }

  private typealias Category = (name: String, prompts: Set<Int32>)

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let sources = try Source.all(inputs, for: Self.signature.name)
    let model = try PromptModel(inputs, named: parameters.classes.model, makers)
    let prompts = try parameters.prompts?.load()
    try prompts.map(ItemClasses.check)
    let usual = model?.data
    let classes = try ItemClasses(parameters.classes, usual: usual)
    guard let labels = classes.labels else { throw ClassFailure.noLabels }
    let groups = try groups(usual)
    let rows = try promptRows(prompts, model, context)
    let names = prompts ?? classes.names ?? []
    var output = Output()
    let hasIDs = sources.contains { $0.hasIDs }
    for source in sources {
      let family = try rows.map { try source.family.replacingY($0) } ?? source.family
      for group in try GapShiftGroup.groups(of: family, context.budget) {
        if let prompts, prompts.count != group.y.rows {
          throw ClassFailure.rowCount(classes: prompts.count, rows: group.y.rows)
        }
        try ItemClasses.check(labels, rows: group.x.rows, classes: group.y.rows)
        guard groups.numbers.count == group.x.rows else {
          throw ClassFailure.groupCount(groups: groups.numbers.count, rows: group.x.rows)
        }
        let categories = try categories(names, count: group.y.rows)
        let ids = hasIDs ? try source.ids(of: group) : nil
        try measure(group, source, labels, ids, groups, categories, &output, context)
      }
    }
    tell(groups, context)
    return .tables(
      [NamedTable("", output.shares.table), NamedTable("accuracy", output.accuracies.table)]
        + (parameters.predictions
          ? [NamedTable(ZeroShotEvaluation.predictionsTable, output.predictions.table)] : []))
  }

  /// What is written.
  private struct Output {
    var shares = CoordinateTable()
    var accuracies = CoordinateTable()
    var predictions = BlockTable()
  }

  private func measure(
    _ group: GapShiftGroup, _ source: Source, _ labels: [Int32], _ ids: [String]?, _ groups: Groups,
    _ categories: [Category], _ output: inout Output, _ context: StageContext
  ) throws {
    for shift in try group.classified(labels, of: source, context.budget) {
      let distance = ("distance", Cell.real(shift.distance))
      for row in shares(shift.answers.predicted, groups, categories) {
        output.shares.append(shift.coordinates, [distance] + row)
      }
      output.accuracies.append(
        shift.coordinates,
        [distance] + share("accuracy", Double(shift.answers.successes(at: 1)), of: labels.count))
      guard parameters.predictions else { continue }
      output.predictions.append(
        shift.coordinates,
        ZeroShotEvaluation.columns(labels, shift.answers.predicted, ids) + [
          ("group", .texts(groups.numbers.map { groups.names[Int($0)] }))
        ])
    }
  }

  private func groups(_ usual: DataDescription?) throws -> Groups {
    var own = parameters.classes
    own.labels = parameters.groups
    own.classes = nil
    let found = try ItemClasses(own, usual: usual)
    guard let numbers = found.labels else { throw ClassFailure.noLabels }
    let most = Int(numbers.max() ?? 0) + 1
    // The names of the data's classes are not those of groups that a file numbers.
    let names = found.isAttribute ? found.names ?? [] : (0..<most).map(String.init)
    return Groups(names: names, numbers: numbers)
  }

  private func promptRows(
    _ prompts: [String]?, _ model: PromptModel?, _ context: StageContext
  ) throws -> Matrix? {
    guard let model else { return nil }
    guard let prompts else { throw ClassFailure.modelWithoutPrompts }
    guard prompts.count >= 2 else { throw ClassFailure.tooFewClasses(found: prompts.count) }
    return try model.network(context).classRows(prompts, [ClassParameters.place], context)
  }

  /// In the order of their names.
  private func categories(_ prompts: [String], count: Int) throws -> [Category] {
    try parameters.categories.sorted { $0.key.isExactlyBefore($1.key) }.map { name, members in
      let numbers = try members.map { member -> Int32 in
        switch member {
        case .number(let number):
          guard number < count else {
            throw ClassFailure.promptRange(category: name, found: number, prompts: count)
          }
          return Int32(number)
        case .prompt(let text):
          guard let place = prompts.firstIndex(where: { $0.isExactly(text) }) else {
            throw ClassFailure.noSuchPrompt(category: name, prompt: text)
          }
          return Int32(place)
        }
      }
      return (name, Set(numbers))
    }
  }

  private func shares(
    _ predicted: [Int32], _ groups: Groups, _ categories: [Category]
  ) -> [[(String, Cell)]] {
    let counts = categories.map { category in
      var counts = [Int](repeating: 0, count: groups.names.count)
      for (group, answer) in zip(groups.numbers, predicted) where category.prompts.contains(answer) {
        counts[Int(group)] += 1
      }
      return counts
    }
    return groups.names.indices.flatMap { group in
      categories.indices.map { category in
        [("group", .text(groups.names[group])), ("category", .text(categories[category].name))]
          + share("fraction", Double(counts[category][group]), of: groups.sizes[group])
      }
    }
  }

  /// The share, its interval, and the count; of nothing, NaN between 0 and 1.
  private func share(_ name: String, _ successes: Double, of count: Int) -> [(String, Cell)] {
    let interval = wilsonInterval(successes: successes, trials: Double(count))
    return [
      (name, .real(successes / Double(count))), ("ci95_low", .real(interval?.low ?? 0)),
      ("ci95_high", .real(interval?.high ?? 1)), ("count", .integer(count)),
    ]
  }

  private func tell(_ groups: Groups, _ context: StageContext) {
    let empty = groups.names.indices.filter { groups.sizes[$0] == 0 }
    guard let first = empty.first else { return }
    context.notice(
      "\(counted(empty.count, "group")) without items, such as `\(groups.names[first].prefix(80))`: the share is nan, and its "
        + "interval is 0 to 1")
  }
}
