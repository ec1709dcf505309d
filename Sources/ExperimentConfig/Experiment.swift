import Declarations

/// A config that has been read, merged and checked: all of it is valid, nothing of it is resolved
/// for a run yet.
package struct Experiment: Sendable, Equatable, Codable {
  package var name: String
  package var title: String?
  package var seed: UInt64
  /// In the order of the file.
  package var axes: [Axis]
  /// The axis over which summaries, intervals and claims are computed.
  package var replicates: String?
  /// The `data` section: checked, files absolute, with `${axis}` still in it.
  package var data: [String: JSONValue]
  package var stages: [StageSpec]
  package var figures: [FigureSpec]
  package var claims: [ClaimSpec]
  /// The config's absolute path.
  package var path: String
  /// The config as it was written, merged but with its variables in place and without comments: the same
  /// wherever data and config lie.
  package var source: JSONValue

  package init(
    name: String, title: String? = nil, seed: UInt64 = 0, axes: [Axis] = [], replicates: String? = nil,
    data: [String: JSONValue] = [:], stages: [StageSpec], figures: [FigureSpec] = [],
    claims: [ClaimSpec] = [], path: String = "",
    source: JSONValue = .object([:])
  ) {
    self.name = name
    self.title = title
    self.seed = seed
    self.axes = axes
    self.replicates = replicates
    self.data = data
    self.stages = stages
    self.figures = figures
    self.claims = claims
    self.path = path
    self.source = source
  }
}

/// One list of the matrix.
package struct Axis: Sendable, Equatable, Codable {
  package let name: String
  package let values: [JSONValue]
  package init(name: String, values: [JSONValue]) {
    self.name = name
    self.values = values
  }
}

package struct StageSpec: Sendable, Equatable, Codable {
  package let id: String
  package let phase: StagePhase
  package let kind: String
  package let from: [String]
  /// Axes whose runs an evaluation takes together.
  package let over: [String]
  /// The object under `with`, with `${axis}` still in it.
  package let with: JSONValue
  package let isOptional: Bool
  /// The command that gets the files which it reads.
  package let obtain: String?
  /// Whether its embeddings are stored; where not, they are computed again when something needs them.
  package let keeps: Bool
  package init(
    id: String, phase: StagePhase, kind: String, from: [String] = [], over: [String] = [],
    with: JSONValue = .object([:]), isOptional: Bool = false, obtain: String? = nil,
    keeps: Bool = true
  ) {
    self.id = id
    self.phase = phase
    self.kind = kind
    self.from = from
    self.over = over
    self.with = with
    self.isOptional = isOptional
    self.obtain = obtain
    self.keeps = keeps
  }
}

package struct FigureSpec: Sendable, Equatable, Codable {
  package let name: String
  package let kind: String
  /// Validated against the figure's signature, defaults filled in.
  package let parameters: JSONValue
  package init(name: String, kind: String, parameters: JSONValue) {
    self.name = name
    self.kind = kind
    self.parameters = parameters
  }
}
