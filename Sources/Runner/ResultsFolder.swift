/// Where things are below `results/`.
package struct ResultsFolder: Sendable {
  /// `--results DIR`, else `results` below the current folder.
  package let root: String
  package let experiment: String

  package init(root: String, experiment: String) {
    self.root = root
    self.experiment = experiment
  }

  package var path: String { "\(root)/\(experiment)" }
  package var store: String { "\(root)/.store" }
  package var manifest: String { "\(path)/manifest.json" }
  package var previousManifest: String { "\(path)/.state/previous-manifest.json" }
  package var provenance: String { "\(path)/provenance.json" }
  package var ledger: String { "\(path)/.state/outputs.json" }

  package func run(_ name: String) -> String { "runs/\(name)" }
  package func table(_ name: String) -> String { "tables/\(name).csv" }
}
