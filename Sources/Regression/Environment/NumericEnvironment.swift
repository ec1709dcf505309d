/// All that decides how a program rounds, beside config, data and code.
///
/// Runs of equal environments must agree in every digest; those of others agree within tolerances.
package struct NumericEnvironment: Sendable, Equatable, Codable {
  package var cpu: CPUClass
  package var openblas: String
  package var openblasKernel: String
  package var compiler: String
  package var hdf5: String
  package var numericPolicy: String

  package init(
    cpu: CPUClass, openblas: String, openblasKernel: String, compiler: String, hdf5: String,
    numericPolicy: String
  ) {
    (self.cpu, self.openblas, self.openblasKernel) = (cpu, openblas, openblasKernel)
    (self.compiler, self.hdf5, self.numericPolicy) = (compiler, hdf5, numericPolicy)
  }

  /// What changed since the other one, each as a sentence: `OpenBLAS's kernel changed, from Haswell to SkylakeX`.
  package func differences(from other: NumericEnvironment) -> [String] {
    changes(from: other).map(\.message)
  }

  package func changes(from other: NumericEnvironment) -> [ManifestChange] {
    zip(other.parts, parts).compactMap { before, now in
      before.value == now.value
        ? nil
        : ManifestChange(
          before.kind, name: now.name,
          message: "\(now.name) changed, from \(before.value) to \(now.value)")
    }
  }

  private var parts: [(kind: ManifestChange.Kind, name: String, value: String)] {
    [
      (.cpu, "the CPU's vendor", cpu.vendor), (.cpu, "the CPU's family", cpu.family),
      (.cpu, "the CPU's vector instructions", cpu.simd), (.openblas, "OpenBLAS's version", openblas),
      (.openblasKernel(openblasKernel), "OpenBLAS's kernel", openblasKernel),
      (.compiler(compiler), "the compiler", compiler), (.hdf5, "HDF5's version", hdf5),
      (.numericPolicy, "the numeric policy", numericPolicy),
    ]
  }
}

/// How two runs may be compared.
package enum EnvironmentClass: String, Sendable {
  /// Digests must be equal.
  case same
  /// Numbers must be equal within the tolerances of the ensemble of roundings.
  case other

  package init(_ one: NumericEnvironment, _ another: NumericEnvironment) {
    self = one == another ? .same : .other
  }
}
