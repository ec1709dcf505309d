import Kernels

extension MemoryOverrun: Failure {
  package var kind: FailureKind { .internal }

  package var sentence: String {
    "memory beyond piece \(piece) of \(pieces) that a computation works in was written to, so its results are "
      + "not to be trusted and were not kept; this is a mistake of the program: please report it with the config"
  }
}
