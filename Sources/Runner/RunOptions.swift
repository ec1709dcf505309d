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
  /// How long to wait for another process that computes the same stage.
  package var leaseTimeout: Double = 24 * 3600
  package var drawsFigures = true
  /// What a printed command begins with; nil for the plan's config alone.
  package var recipe: RunRecipe?

  package init(jobs: Int) { self.jobs = jobs }
}
