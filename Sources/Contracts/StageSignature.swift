package enum StagePhase: String, Sendable, CaseIterable, Codable {
  case `init`, train, shift, evaluate
}

/// All that the config, the plan and the documentation know of a stage variant.
package struct StageSignature: Sendable {
  package let phase: StagePhase
  package let kind: String
  /// Raised whenever the same parameters would give other bytes; part of the cache key.
  package let version: Int
  package let summary: String
  package let parameters: [Parameter]
  package let rules: [ParameterRule]
  /// Parameters that change how a result comes about and no byte of it: they are not in its key.
  package let immaterial: [String]?
  /// What `from` must name; nil for stages that take nothing.
  package let input: ArtefactType?
  /// Further types that `from` may name: `cosine-similarity` reads pairs and single towers alike.
  package let alsoAccepts: [ArtefactType]
  package let output: ArtefactType
  /// What it gives with these parameters, which may still name axes; nil where it is always `output`.
  package let outputWith: (@Sendable (JSONValue) -> ArtefactType)?
  /// Gives what it takes (`shift` of points on the sphere is points on the sphere).
  package let preservesInputType: Bool
  /// Draws random numbers, so the experiment's seed and the stage's id enter its key.
  package let isRandom: Bool
  /// Whether it draws with these parameters, which may still name axes; nil where it always does.
  package let draws: (@Sendable (JSONValue) -> Bool)?
  /// The parameters with what files that they name say of themselves, and the config does not; files are absolute
  /// and there. What it adds is part of the plan, and of the key.
  package let completes: (@Sendable (JSONValue) throws -> JSONValue)?
  /// Suffixes of the tables it gives beside the main one.
  package let extraTables: [String]
  /// The columns of such tables after the axes, as far as claims and figures are to be checked.
  package let extraColumns: [String: [String]]
  /// The columns of the main table after axes and coordinates, for claims and figures to be checked.
  package let columns: [String]
  /// Further columns that it has with some parameters.
  package let sometimesColumns: [String]

  package init(
    phase: StagePhase, kind: String, version: Int = 1, summary: String, parameters: [Parameter] = [],
    rules: [ParameterRule] = [], immaterial: [String]? = nil, input: ArtefactType? = nil,
    alsoAccepts: [ArtefactType] = [],
    output: ArtefactType, outputWith: (@Sendable (JSONValue) -> ArtefactType)? = nil,
    preservesInputType: Bool = false, isRandom: Bool = false,
    draws: (@Sendable (JSONValue) -> Bool)? = nil,
    completes: (@Sendable (JSONValue) throws -> JSONValue)? = nil,
    extraTables: [String] = [], extraColumns: [String: [String]] = [:], columns: [String] = [],
    sometimesColumns: [String] = []
  ) {
    self.phase = phase
    self.kind = kind
    self.version = version
    self.summary = summary
    self.parameters = parameters
    self.rules = rules
    self.immaterial = immaterial
    self.input = input
    self.alsoAccepts = alsoAccepts
    self.output = output
    self.outputWith = outputWith
    self.preservesInputType = preservesInputType
    self.isRandom = isRandom
    self.draws = draws
    self.completes = completes
    self.extraTables = extraTables
    self.extraColumns = extraColumns
    self.columns = columns
    self.sometimesColumns = sometimesColumns
  }

  /// Whether the stage draws with these parameters.
  package func isRandom(with parameters: JSONValue) -> Bool { isRandom && draws?(parameters) ?? true }

  /// What the stage gives with these parameters.
  package func output(with parameters: JSONValue) -> ArtefactType { outputWith?(parameters) ?? output }

  package var name: String { "\(phase.rawValue)/\(kind)" }
}
