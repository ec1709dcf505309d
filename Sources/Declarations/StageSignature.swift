import Foundation

package enum StagePhase: String, Sendable, CaseIterable, Codable {
  case `init`, train, shift, evaluate
}

/// All that the config, the plan and the documentation know of a stage variant.
package struct StageSignature: Sendable {
  package let phase: StagePhase
  package let kind: String
  /// Raised whenever the same parameters would give other bytes; part of the cache key.
  package let version: Int
  /// Another version with some parameters, where a change reaches their results alone; the keys of all others stay.
  package let versionWhere: (condition: ParameterCondition, version: Int)?
  package let summary: String
  package let parameters: [Parameter]
  package let rules: [ParameterRule]
  /// Parameters that change how a result comes about and no byte of it: they are not in its key.
  package let excludedFromKey: [String]?
  /// What `from` must name; nil for stages that take nothing.
  package let input: ArtefactType?
  /// Further types that `from` may name: `cosine-similarity` reads pairs and single towers alike.
  package let alsoAccepts: [ArtefactType]
  /// Suffixes of tables that are read beside the main one of each stage in `from`; a column that a parameter names is
  /// in all of them.
  package let readsBeside: [String]
  /// What parameters of type `stageReference` may name.
  package let references: [ArtefactType]
  /// Of an `init` stage, the parameter that names the stage whose coordinates its embeddings keep.
  package let coordinatesOf: String?
  package let output: ArtefactType
  /// What else it gives with some parameters.
  package let outputWhere: (condition: ParameterCondition, output: ArtefactType)?
  /// Gives what it takes (`shift` of points on the sphere is points on the sphere).
  package let preservesInputType: Bool
  /// Draws random numbers, so the experiment's seed and the stage's id enter its key.
  package let isRandom: Bool
  /// Where it draws; nil where that is everywhere, or `draws` says it.
  package let drawsWhere: ParameterCondition?
  /// Whether it draws with these parameters, defaults filled in, which may still name axes; nil where `drawsWhere`
  /// says it, or it always does.
  package let draws: (@Sendable (JSONValue) -> Bool)?
  /// The parameters with what files that they name say of themselves, and the config does not; files are absolute
  /// and there. What it adds is part of the plan, and of the key.
  package let completes: (@Sendable (JSONValue) throws -> JSONValue)?
  /// Brings parameters, defaults filled in, that can be written in several ways to the one form that its key has.
  package let normalForm: (@Sendable (JSONValue) -> JSONValue)?
  /// Suffixes of the tables it gives beside the main one.
  package let extraTables: [String]
  /// The columns of such tables behind axes and coordinates.
  package let extraColumns: [String: [TableColumn]]
  /// The columns of the main table behind axes and coordinates.
  package let columns: [TableColumn]
  /// Where the main table's columns are not declared but those of a file: what tells which they are.
  package let fileColumns: FileColumns?
  /// Tables beside the main one that it has with some parameters only.
  package let sometimesTables: [String: ParameterCondition]
  /// Coordinates that its embeddings have beside those of what it reads: `delta`, `layer`.
  package let coordinates: [TableColumn]
  /// What is wrong with parameters that are valid one by one. It is given them with axes resolved, defaults filled
  /// in and data sets in the place of their names; where `field` is given, it is of a later stage that feeds this
  /// one's network the data, and to blame for all that does not fit.
  package let misfits: (@Sendable (_ with: JSONValue, _ field: String?) -> [ParameterMisfit])?
  /// Its keys `ids` and `labels` are those of the items that it gives.
  package let annotatesItems: Bool
  /// Of an `init` stage of networks, how much it computes.
  package let work: NetworkWork?

  package init(
    phase: StagePhase, kind: String, version: Int = 1,
    versionWhere: (condition: ParameterCondition, version: Int)? = nil, summary: String,
    parameters: [Parameter] = [],
    rules: [ParameterRule] = [], excludedFromKey: [String]? = nil, input: ArtefactType? = nil,
    alsoAccepts: [ArtefactType] = [], readsBeside: [String] = [],
    references: [ArtefactType] = [.pairs, .unpaired],
    coordinatesOf: String? = nil,
    output: ArtefactType, outputWhere: (condition: ParameterCondition, output: ArtefactType)? = nil,
    preservesInputType: Bool = false, isRandom: Bool = false,
    drawsWhere: ParameterCondition? = nil, draws: (@Sendable (JSONValue) -> Bool)? = nil,
    completes: (@Sendable (JSONValue) throws -> JSONValue)? = nil,
    normalForm: (@Sendable (JSONValue) -> JSONValue)? = nil,
    extraTables: [String] = [], extraColumns: [String: [TableColumn]] = [:], columns: [TableColumn] = [],
    fileColumns: FileColumns? = nil,
    sometimesTables: [String: ParameterCondition] = [:], coordinates: [TableColumn] = [],
    misfits: (@Sendable (_ with: JSONValue, _ field: String?) -> [ParameterMisfit])? = nil,
    annotatesItems: Bool = false, work: NetworkWork? = nil
  ) {
    self.phase = phase
    self.kind = kind
    self.version = version
    self.versionWhere = versionWhere
    self.summary = summary
    self.parameters = parameters
    self.rules = rules
    self.excludedFromKey = excludedFromKey
    self.input = input
    self.alsoAccepts = alsoAccepts
    self.readsBeside = readsBeside
    self.references = references
    self.coordinatesOf = coordinatesOf
    self.output = output
    self.outputWhere = outputWhere
    self.preservesInputType = preservesInputType
    self.isRandom = isRandom
    self.drawsWhere = drawsWhere
    self.draws = draws
    self.completes = completes
    self.normalForm = normalForm
    self.extraTables = extraTables
    self.extraColumns = extraColumns
    self.columns = columns
    self.fileColumns = fileColumns
    self.sometimesTables = sometimesTables
    self.coordinates = coordinates
    self.misfits = misfits
    self.annotatesItems = annotatesItems
    self.work = work
  }

  /// Whether the stage draws with these parameters; what an axis decides counts as drawing until it has a value.
  package func isRandom(with parameters: JSONValue) -> Bool {
    guard isRandom, draws != nil || drawsWhere != nil else { return isRandom }
    let whole = ParameterDefaults.fill(parameters, self.parameters)
    return draws?(whole) ?? drawsWhere?.mayHold(for: whole) ?? true
  }

  /// The version with these parameters, defaults filled in.
  package func version(with parameters: JSONValue) -> Int {
    guard let other = versionWhere, other.condition.holds(for: parameters) else { return version }
    return other.version
  }

  /// What random numbers the stage draws with these parameters, data sets apart: those that a `seed` of its own
  /// decides stay the same whatever the experiment's seed is.
  ///
  /// - Parameter written: the parameters as the config has them, with the axes that they name.
  package func chance(with parameters: JSONValue, written: JSONValue) -> Chance {
    var members = parameters.object ?? [:]
    members.removeValue(forKey: DataSignature.seed)
    guard isRandom(with: .object(members)) else { return .none }
    return written[DataSignature.seed]?.number == nil ? .seeded : .fixed
  }

  /// What the stage gives with these parameters.
  package func output(with parameters: JSONValue) -> ArtefactType {
    guard let other = outputWhere else { return output }
    return other.condition.holds(for: ParameterDefaults.fill(parameters, self.parameters))
      ? other.output : output
  }

  package var name: String { "\(phase.rawValue)/\(kind)" }

  /// The columns of a table of its own: the main one has no suffix.
  package func columns(of suffix: String) -> [TableColumn] {
    suffix.isEmpty ? columns : extraColumns[suffix] ?? []
  }

  /// What it says of a column of one of its tables.
  package func declaration(of column: String, in suffix: String) -> TableColumn? {
    columns(of: suffix).first { $0.declares(column) }?.named(column)
  }
}

extension StageSignature {
  /// Decodes canonical parameters (files as absolute paths); what they leave out has its declared default, so that a
  /// stage's own type has a value for each key that has one.
  package func decode<Parameters: Decodable>(_ json: JSONValue) throws -> Parameters {
    let whole = ParameterDefaults.fill(json, parameters)
    return try JSONDecoder().decode(Parameters.self, from: Data(whole.canonical.utf8))
  }
}

/// Parameters that do not go together, or not with the data.
package struct ParameterMisfit: Sendable, Equatable {
  /// The keys that lead to it below `with`: `["x", "heads"]`.
  package let path: [String]
  package let found: String
  package let expected: String

  package init(path: [String], found: String, expected: String) {
    self.path = path
    self.found = found
    self.expected = expected
  }
}
