import Contracts
import ExperimentPlan
import Regression

extension Artefact {
  /// The embeddings with their dimensions in another order and some signs flipped; models are left alone, as their
  /// networks would have to be turned with them.
  func rounded(_ rounding: LegalRounding) -> Artefact {
    guard rounding.number != 0, case .embeddings(var family) = self else { return self }
    for index in family.bases.indices {
      family.bases[index].x = rounding.apply(family.bases[index].x)
      family.bases[index].y = family.bases[index].y.map(rounding.apply)
    }
    return .embeddings(family)
  }
}

extension Plan {
  /// Whether other stages read the task's embeddings with their dimensions in another order: those that are made or read
  /// from files. The coordinates of points on the sphere are directions, not features.
  func givesRoundable(_ index: Int, _ catalog: StageCatalog) -> Bool {
    guard tasks[index].dependencies.isEmpty,
      let signature = catalog.variant(tasks[index].phase, tasks[index].kind)?.signature
    else { return false }
    return ![.sphere, .model, .tables].contains(signature.output)
  }

  /// Those that read, directly or not, what is rounded otherwise.
  func roundedTasks(_ rounding: LegalRounding, _ catalog: StageCatalog) -> [Bool] {
    var isRounded = [Bool](repeating: false, count: tasks.count)
    guard rounding.number != 0 else { return isRounded }
    for index in tasks.indices {
      isRounded[index] = tasks[index].dependencies.contains { isRounded[$0] || givesRoundable($0, catalog) }
    }
    return isRounded
  }
}
