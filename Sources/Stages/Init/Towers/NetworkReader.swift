import Contracts
import Declarations

/// A stage that builds networks again which another stage made.
protocol NetworkReader: Sendable {
  associatedtype Parameters: Decodable & Sendable
  static var signature: StageSignature { get }
  /// - Parameter makers: the `init` kinds whose models it can read.
  init(parameters: Parameters, makers: [NetworkMaker])

  /// As that of `Stage`.
  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact
}

extension StageVariant {
  init<S: NetworkReader>(_ type: S.Type, _ makers: [NetworkMaker]) {
    self.init(type.signature) { (parameters: S.Parameters, inputs, context) in
      try S(parameters: parameters, makers: makers).run(inputs, context)
    }
  }
}
