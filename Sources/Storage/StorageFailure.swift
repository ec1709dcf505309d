import Declarations

/// Why something stored could not be used or made; what the disk itself says is a `FileFailure`.
package enum StorageFailure: Failure, Equatable {
  /// An artefact turned out damaged while it was loaded.
  case damaged(ArtefactProblem)
  /// A key that could leave the store's folder.
  case badKey(String)
  /// Somebody else works on the artefact, and still did after the time allowed.
  case leaseTimeout(key: String, holder: String, seconds: Double)
  /// Another user's artefact was to give way.
  case notReplaceable(path: String, owner: String)
  /// A link in a store's place leads to a folder that holds something else.
  case notAStore(link: String, target: String, holds: String)

  package var kind: FailureKind {
    switch self {
    case .damaged: .io
    case .badKey: .internal
    case .leaseTimeout: .leaseTimeout
    case .notReplaceable, .notAStore: .io
    }
  }

  /// Keys of artefacts are digests; other leases have names.
  private static func described(_ key: String) -> String {
    key.utf8.count >= 64 ? "artefact \(key.prefix(12))" : "the lease `\(key)`"
  }

  package var message: String {
    switch self {
    case .damaged(let problem):
      "\(problem.message); run the same command again to recompute it"
    case .badKey(let key):
      "`\(key.prefix(80))` is not a key of the store; keys have only letters, digits, `-` and `_`"
    case .leaseTimeout(let key, let holder, let seconds):
      "waited \(Int(seconds)) s for \(Self.described(key)), which \(holder) is using; wait until that process ends, "
        + "or end it, then run the same command again"
    case .notReplaceable(let path, let owner):
      "\(path) belongs to \(owner) and this user cannot replace it; run without --force, ask \(owner) to use --force, or "
        + "use another folder (--results FOLDER)"
    case .notAStore(let link, let target, let holds):
      "\(link): this is a symbolic link to \(target), which is neither a store nor empty: it contains `\(holds)`, but no "
        + "`.leases`; link to the `.store` of other results or to an empty folder, or remove the link"
    }
  }
}

/// What is wrong with a stored artefact. Reported, so that the artefact is computed anew.
package struct ArtefactProblem: Sendable, Equatable {
  package let key: String
  package let path: String
  package let detail: String

  package var message: String { "\(path): the stored artefact is damaged: \(detail)" }
}
