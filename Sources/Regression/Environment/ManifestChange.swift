/// One thing that differs between two runs, with what it was in the first of them.
package struct ManifestChange: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// A leaf of the config, by its path.
    case config(String)
    case revision(String?)
    case uncommitted
    case stageVersion
    case dataFile
    case jobs(Int)
    case cpu
    case openblas
    case openblasKernel(String)
    case compiler(String)
    case hdf5
    case numericPolicy
  }

  package let kind: Kind
  /// `OpenBLAS's kernel`.
  package let name: String
  /// `OpenBLAS's kernel changed, from Haswell to SkylakeX`.
  package let message: String

  package init(_ kind: Kind, name: String, message: String) {
    (self.kind, self.name, self.message) = (kind, name, message)
  }

  /// Why it is never restored by another run here, and what to do instead; nil of what may be.
  package var reasonItStays: String? {
    switch kind {
    case .config, .jobs, .openblasKernel: nil
    case .revision(let revision):
      revision.map {
        "other code has to be built: git worktree add ../modgap-\($0.prefix(12)) \($0)"
      } ?? "the reference does not know its revision"
    case .uncommitted: "what was not committed is kept nowhere"
    case .stageVersion: "the version is the code's: the revision of the reference has it"
    case .dataFile: "the reference has the files' digests, not the files"
    case .cpu: "this machine has another CPU"
    case .openblas, .hdf5: "another library has to be installed"
    case .compiler(let compiler): "the program has to be built with \(compiler)"
    case .numericPolicy: "it follows from OpenBLAS, its kernel and the code"
    }
  }
}
