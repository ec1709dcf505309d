import Files
import Storage

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

  /// The experiment's files. The way to the root is the user's own; what lies below it is never followed
  /// through a link.
  /// - Throws: `InnerPathFailure` where the experiment's name is not that of a folder.
  package var files: InnerFolder {
    get throws { InnerFolder(root: root).folder(try InnerPath(component: experiment)) }
  }

  /// The store's files; `.store` itself may be a link to a store that is shared.
  package var storeFiles: InnerFolder { InnerFolder(root: store) }

  package static let manifestFile = InnerPath(fixed: "manifest.json")
  package static let previousManifestFile = InnerPath(fixed: ".state/previous-manifest.json")
  package static let provenanceFile = InnerPath(fixed: "provenance.json")
  package static let ledgerFile = InnerPath(fixed: ".state/outputs.json")

  package func run(_ name: String) -> String { "runs/\(name)" }
}
