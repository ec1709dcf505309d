import Regression

/// How a run is to be done; nothing of it enters a cache key.
package struct RunOptions: Sendable {
  package var jobs: Int
  package var failFast = false
  /// Recompute these stages even where they are cached; empty for none.
  package var forced: Set<String> = []
  /// Only these stages and what they need; empty for all.
  package var only: Set<String> = []
  /// Only this task, by id; what it needs must be in the store.
  package var task: String?
  /// Only these tasks, by id, what they need and what depends on them; nil for all.
  package var tasks: Set<String>?
  /// Tasks that could start are taken in an order that this draws; nil for that of the plan.
  package var order: UInt64?
  /// Cached tasks, by id, to be computed all the same and compared with what is stored.
  package var audited: Set<String> = []
  /// What is done to embeddings before other stages read them, so that all sums are rounded otherwise; for the ensemble
  /// by which the nightly's tolerances are set, in a results folder of its own.
  package var rounding = LegalRounding(0)
  /// How long to wait for another process that computes the same stage.
  package var leaseTimeout: Double = 24 * 3600
  package var drawsFigures = true
  /// Whether an open report shows the new results by itself.
  package var isWatched = false
  /// What a printed command begins with; nil for the plan's config alone.
  package var recipe: RunRecipe?

  package init(jobs: Int) { self.jobs = jobs }
}
