import Contracts
import Datasets
import Declarations
import Encoders
import Kernels
import Metrics

/// A model that a stage reads, as its `from` or by the key `model`.
struct PromptModel {
  let family: EmbeddingFamily
  /// The data that the network was made for; nil where a stored model does not say.
  let data: DataDescription?
  private let model: Model
  private let makers: [NetworkMaker]

  /// The model that the parameter names; else the first that `from` names; nil where neither does.
  ///
  /// - Throws: `ClassFailure.noModel`.
  init?(_ inputs: StageInputs, named id: String?, _ makers: [NetworkMaker]) throws {
    if let id {
      guard case .model(let model)? = inputs.references[ClassParameters.model.name] else {
        throw ClassFailure.noModel(id: id)
      }
      self.init(model, makers)
      return
    }
    let models = inputs.upstream.compactMap { entry -> Model? in
      if case .model(let model) = entry.artefact { return model }
      return nil
    }
    guard let first = models.first else { return nil }
    self.init(first, makers)
  }

  private init(_ model: Model, _ makers: [NetworkMaker]) {
    self.model = model
    self.makers = makers
    family = model.family
    data = (model.origin["with"]?["data"]?.object).map { DataDescription($0) }
  }

  /// - Throws: what building a network throws.
  func network(_ context: StageContext) throws -> TrainedNetwork {
    try TrainedNetwork(model, makers, context)
  }
}

private struct PromptTexts: TextSource {
  let texts: [String]
  func text(_ index: Int) -> String { texts[index] }
}

extension TrainedNetwork {
  /// A row a class: of its prompts, the normalised embeddings are averaged and normalised again.
  ///
  ///     t_c = normalize(Σ_k normalize(f(prompt_k(c))))
  ///
  /// Source: Radford et al. 2021, arXiv:2103.00020, Sec. 3.1.4.
  /// - Throws: `ClassFailure.noTexts`; what a tower throws.
  func classRows(_ classes: [String], _ prompts: [String], _ context: StageContext) throws -> Matrix {
    guard case .texts(_, let tokenizer, let length) = data.y else { throw ClassFailure.noTexts }
    let texts = prompts.flatMap { prompt in classes.map { ClassParameters.text(prompt, of: $0) } }
    let side = PairedData.Side.texts(PromptTexts(texts: texts), tokenizer, context: length)
    if let summary = try side.textSummary(count: texts.count) { context.notices(summary.notices) }
    context.fact("first prompt", texts.first ?? "")
    let encoded = try Encoding(side: side, count: texts.count).run(y, yWeights, context.budget) { _ in }
    let rotated = try alignment.map { try encoded.rotated(by: $0, context.budget) } ?? encoded
    let unit = try TransformedRows(rotated, .y).unitFloats(context.budget)
    return try TransformedRows(unit.averaged(parts: prompts.count), .y).unitFloats(context.budget)
  }

  /// The embeddings of the items of a data set by the first tower, and what these are called.
  func items(
    of description: DataDescription, _ context: StageContext
  ) throws -> (rows: Matrix, annotations: ItemAnnotations) {
    let data = try description.open()
    try context.notices(data.remarks())
    let side = data.x.prepared(for: network.preprocessing.x, from: description)
    let rows = try Encoding(side: side, count: data.count).run(x, xWeights, context.budget) {
      context.progress($0)
    }
    return (rows, data.annotations)
  }
}

extension Matrix {
  /// Of `parts` matrices below each other, the mean of the corresponding rows.
  func averaged(parts: Int) -> Matrix {
    let count = values.count / parts
    var sums = [Double](repeating: 0, count: count)
    for (place, value) in values.enumerated() { sums[place % count] += Double(value) }
    return Matrix(rows: rows / parts, columns: columns, values: sums.map { Float($0 / Double(parts)) })
  }
}

/// The classes of a stage's items: their names, the class of each item, and what prompts they have.
struct ItemClasses {
  /// Nil where nothing names them.
  let names: [String]?
  /// Nil where nothing says which class the items have.
  let labels: [Int32]?
  /// The wording of the data.
  let prompt: String?
  /// Whether labels and names are those of an attribute of the data.
  let isAttribute: Bool
  /// Whether the stage's own keys give the labels, and the names; else they are those of a model's data.
  private let areChosen: (labels: Bool, names: Bool)

  /// - Parameter usual: the data that are meant where the parameters name none.
  init(_ parameters: ClassParameters, usual: DataDescription?, requiresLabels: Bool = true) throws {
    let given = try parameters.classes?.load()
    isAttribute = parameters.labels.map { DatasetCatalog.attributes.containsExactly($0) } == true
    areChosen = (
      labels: parameters.labels != nil || parameters.data != nil,
      names: given != nil || parameters.data != nil
    )
    let file = isAttribute ? nil : parameters.labels
    // What a file says needs no data.
    let description = parameters.data ?? (file == nil || given == nil ? usual : nil)
    let data = try description?.open()
    prompt = data?.prompt
    if let file {
      labels = try LabelFile.load(file)
      names = given ?? data?.namedClasses
    } else if isAttribute, let name = parameters.labels {
      guard let data else { throw ClassFailure.noLabels }
      guard let attribute = try data.attribute(name) else {
        throw ClassFailure.noAttribute(name, kind: description?.kind ?? "")
      }
      labels = attribute.labels
      names = given ?? attribute.classes
    } else {
      let own = data.map(\.labels).flatMap { $0.isEmpty ? nil : $0 }
      if requiresLabels, own == nil {
        throw description.map { .dataWithoutLabels(kind: $0.kind) } ?? ClassFailure.noLabels
      }
      labels = own
      names = given ?? data?.namedClasses
    }
    try Self.check(names ?? [])
  }

  /// The same with others.
  private init(_ other: ItemClasses, names: [String], labels: [Int32]) {
    (self.names, self.labels) = (names, labels)
    (prompt, isAttribute, areChosen) = (other.prompt, other.isAttribute, other.areChosen)
  }

  /// With the labels of the embeddings' items, where they have some and the stage's own keys give no labels.
  ///
  /// - Parameter rowsAreClasses: y has a row for each class, in an order that only `classes`, or numbers as labels, tell.
  /// - Throws: `ClassFailure` where labels and classes do not go together.
  func completed(from family: EmbeddingFamily, rowsAreClasses: Bool) throws -> ItemClasses {
    guard !areChosen.labels || labels == nil, let base = family.bases.first, !base.annotations.labels.isEmpty
    else { return self }
    let texts = try base.annotations(of: .x).labels
    let own = PairedData.Attribute(of: texts)
    if let names, areChosen.names || own.classes.allSatisfy({ names.containsExactly($0) }) {
      return ItemClasses(self, names: names, labels: try Self.numbers(of: texts, among: names))
    }
    guard rowsAreClasses else { return ItemClasses(self, names: own.classes, labels: own.labels) }
    let numbers = texts.map { Int32($0) }
    if let item = numbers.firstIndex(of: nil) { throw ClassFailure.rowsWithoutNames(label: texts[item]) }
    return ItemClasses(
      self, names: (0..<(base.y?.rows ?? 0)).map(String.init), labels: numbers.compactMap { $0 })
  }

  /// Without classes that no item has, unless `classes` names them.
  func occurring(unless areGiven: Bool) -> ItemClasses {
    guard !areGiven, let names, let labels else { return self }
    let places = Set(labels.map(Int.init)).filter(names.indices.contains).sorted()
    let numbers = Dictionary(
      places.enumerated().map { (Int32($1), Int32($0)) }, uniquingKeysWith: { first, _ in first })
    guard Set(labels).isSubset(of: numbers.keys) else { return self }
    return ItemClasses(self, names: places.map { names[$0] }, labels: labels.compactMap { numbers[$0] })
  }

  /// Labels are names of classes, or else all of them are numbers of classes, from 0.
  private static func numbers(of texts: [String], among names: [String]) throws -> [Int32] {
    let places = Dictionary(
      names.enumerated().map { (ExactString($1), Int32($0)) }, uniquingKeysWith: { first, _ in first })
    let named = texts.map { places[ExactString($0)] }
    guard let unknown = named.firstIndex(of: nil) else { return named.compactMap { $0 } }
    let numbers = texts.compactMap { Int32($0) }
    guard numbers.count == texts.count else {
      throw ClassFailure.unknownLabel(texts[unknown], item: unknown, classes: names)
    }
    return numbers
  }

  /// The wording that is asked for, else that of the data, else the paper's.
  /// - Throws: `ClassFailure.promptWithoutClass`.
  func prompts(_ parameters: ClassParameters) throws -> [String] {
    let prompts = parameters.prompt?.values ?? [prompt ?? ClassParameters.usualPrompt]
    if let bad = prompts.first(where: { !ClassParameters.hasPlace($0) }) {
      throw ClassFailure.promptWithoutClass(bad)
    }
    return prompts
  }

  /// Checks that classes can be told apart.
  static func check(_ names: [String]) throws {
    if let empty = names.firstIndex(of: "") { throw ClassFailure.emptyClass(empty) }
    if let (first, second) = ClassParameters.repeated(names) {
      throw ClassFailure.repeatedClass(names[first], first: first, second: second)
    }
  }

  /// Checks the labels against the rows of x and the number of classes.
  static func check(_ labels: [Int32], rows: Int, classes: Int) throws {
    guard labels.count == rows else { throw ClassFailure.labelCount(labels: labels.count, rows: rows) }
    if let item = labels.firstIndex(where: { !(0..<classes).contains(Int($0)) }) {
      throw ClassFailure.labelRange(item: item, found: Int(labels[item]), classes: classes)
    }
  }
}

extension PairedData {
  /// Nil where the classes have no names.
  fileprivate var namedClasses: [String]? { classes.isEmpty ? nil : classes }
}

extension EmbeddingFamily {
  /// The same with other rows of y, which no row of x belongs with.
  func replacingY(_ rows: Matrix) throws -> EmbeddingFamily {
    var family = self
    family.bases = try bases.map { base in
      guard base.x.columns == rows.columns else {
        throw StageFailure.dimensionsDiffer(base.x.columns, rows.columns)
      }
      // Without groups of rows, each row of x is an item.
      return Embeddings(
        x: base.x, y: rows, isNormalized: base.isNormalized, pairing: .unpaired,
        annotations: try base.annotations(of: .x))
    }
    return family
  }
}
