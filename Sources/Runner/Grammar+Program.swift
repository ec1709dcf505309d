import Claims
import Contracts
import Datasets
import Declarations
import ExperimentConfig
import Figures
import Stages

extension Grammar {
  /// All that this program has.
  package static let program = Grammar(stageCatalog, DatasetCatalog.signatures)

  /// Of these stages and kinds of data, with all figures and checks.
  package init(_ catalog: StageCatalog, _ data: [DataSignature]) {
    self.init(
      stages: catalog.signatures, figures: figureCatalog.signatures, checks: checkCatalog.signatures,
      data: data)
  }
}
