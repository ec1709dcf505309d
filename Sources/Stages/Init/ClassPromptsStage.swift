import Contracts
import Declarations
import Kernels
import Metrics

/// The items of a data set and a row for each of their classes, embedded by a dual encoder: what a zero-shot classification
/// compares, and between whose means its gap lies.
///
/// x are the items that the model embedded, or those of `data`; y are the classes, by the normalised mean of their prompts'
/// normalised embeddings. Source: Liang et al. 2022, Sec. 4.3; Radford et al. 2021, Sec. 3.1.4.
package struct ClassPromptsStage: NetworkReader {
  package struct Parameters: Decodable, Sendable {
    let classes: ClassParameters

    package init(from decoder: any Decoder) throws { classes = try ClassParameters(from: decoder) }
  }

  package static let signature = StageSignature(
    phase: .`init`, kind: "class-prompts",
    summary:
      "The items of a data set and the prompts of its classes, embedded by a dual encoder; no row of x belongs to a row of y.",
    parameters: [
      .required("model", .stageReference(orWord: []), "The stage with the dual encoder."),
      ClassParameters.classes,
      ClassParameters.prompt,
      .optional("data", .dataset, "The data set to embed. Default: the items that the model has embedded."),
      .optional(
        "labels", ClassParameters.labels.type,
        "The attribute of the data whose values are the classes. Default: the classes of the data."),
    ],
    references: [.model], output: .unpaired, misfits: { with, _ in ClassParameters.misfits(with) })

  private let parameters: Parameters
  private let makers: [NetworkMaker]

  init(parameters: Parameters, makers: [NetworkMaker]) {
    self.parameters = parameters
    self.makers = makers
  }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    guard let model = try PromptModel(inputs, named: parameters.classes.model ?? "", makers) else {
      throw ClassFailure.promptsNeedModel
    }
    let classes = try ItemClasses(parameters.classes, usual: model.data, requiresLabels: false)
    guard let names = classes.names else { throw ClassFailure.noClasses }
    guard names.count >= 2 else { throw ClassFailure.tooFewClasses(found: names.count) }
    let prompts = try classes.prompts(parameters.classes)
    let network = try model.network(context)
    let rows = try network.classRows(names, prompts, context)
    guard let description = parameters.classes.data else {
      return .embeddings(try model.family.replacingY(rows))
    }
    let items = try network.items(of: description, context)
    let raw = Embeddings(
      x: items.rows, y: rows, isNormalized: false, pairing: .unpaired, annotations: items.annotations)
    return .embeddings(EmbeddingFamily(try checked(raw, context)))
  }
}
