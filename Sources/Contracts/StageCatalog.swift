import Declarations

/// A listed stage variant with its type erased.
package struct StageVariant: Sendable {
  package let signature: StageSignature
  package let transforms: [any EmbeddingTransform.Type]
  /// Decodes parameters as their signature does and runs the stage.
  package let run: @Sendable (JSONValue, StageInputs, StageContext) throws -> Artefact
  /// Of an `init` kind that makes models: what they are in files.
  package let modelFiles: ModelFiles?

  package init<S: Stage>(_ type: S.Type) {
    self.init(S.signature, transforms: S.transforms) { (parameters: S.Parameters, inputs, context) in
      try S(parameters: parameters).run(inputs, context)
    }
  }

  /// A stage that takes more than its parameters: what there is to choose from.
  package init<Parameters: Decodable & Sendable>(
    _ signature: StageSignature, transforms: [any EmbeddingTransform.Type] = [],
    modelFiles: ModelFiles? = nil,
    run: @escaping @Sendable (Parameters, StageInputs, StageContext) throws -> Artefact
  ) {
    self.signature = signature
    self.transforms = transforms
    self.modelFiles = modelFiles
    self.run = { parameters, inputs, context in
      try run(try signature.decode(parameters), inputs, context)
    }
  }
}

/// The variants a program offers; the config is validated against it and the plan executed with it.
package struct StageCatalog: Sendable {
  package let variants: [StageVariant]

  package init(_ variants: [StageVariant]) { self.variants = variants }

  package var signatures: [StageSignature] { variants.map(\.signature) }

  package var transforms: TransformCatalog { TransformCatalog(variants.flatMap(\.transforms)) }

  /// What the first stage that has such a column, or brings such a coordinate, says of it.
  package func declaration(of column: String) -> TableColumn? {
    for signature in signatures {
      let all =
        signature.columns + signature.extraTables.flatMap(signature.columns(of:)) + signature.coordinates
      if let found = all.first(where: { $0.declares(column) }) { return found.named(column) }
    }
    return TableColumn.from.declares(column) ? .from : nil
  }

  package func variant(_ phase: StagePhase, _ kind: String) -> StageVariant? {
    variants.first { $0.signature.phase == phase && $0.signature.kind == kind }
  }
}
