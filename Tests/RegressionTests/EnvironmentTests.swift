import Declarations
import Regression
import Testing

@Suite("What two runs were made with")
struct EnvironmentTests {
  static let environment = NumericEnvironment(
    cpu: CPUClass(vendor: "GenuineIntel", family: "6", simd: "avx512f"), openblas: "0.3.21",
    openblasKernel: "SkylakeX", compiler: "Swift 6.1", hdf5: "1.10.8", numericPolicy: "f32-storage")

  @Test("the class of an x86 processor is vendor, family and widest vectors, not clock or model")
  func x86() {
    func text(_ clock: Int, _ flags: String) -> String {
      "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\ncpu MHz\t\t: \(clock)\nflags\t\t: fpu \(flags)\n\n"
        + "processor\t: 1\nvendor_id\t: other\n"
    }
    let expected = CPUClass(vendor: "AuthenticAMD", family: "26", simd: "avx512f")
    #expect(CPUClass(cpuinfo: text(2400, "sse2 avx avx2 avx512f")) == expected)
    #expect(CPUClass(cpuinfo: text(3600, "avx512f avx2 avx sse2")) == expected)
    #expect(CPUClass(cpuinfo: text(2400, "sse2 avx avx2")).simd == "avx2")
  }

  @Test("of others what is there, and of nothing `unknown`")
  func others() {
    let arm = CPUClass(
      cpuinfo: "CPU implementer\t: 0x41\nCPU architecture: 8\nFeatures\t: fp asimd sve\n")
    #expect(arm == CPUClass(vendor: "0x41", family: "8", simd: "sve"))
    #expect(CPUClass(cpuinfo: ":\n::\n") == CPUClass(vendor: "unknown", family: "unknown", simd: "unknown"))
  }

  @Test("each thing that changed is named, from what to what; any makes another class")
  func differences() {
    let base = Self.environment
    #expect(base.differences(from: base).isEmpty)
    #expect(EnvironmentClass(base, base) == .same)
    let changes: [(String, (inout NumericEnvironment) -> Void)] = [
      ("the CPU's vendor", { $0.cpu = CPUClass(vendor: "x", family: "6", simd: "avx512f") }),
      ("the CPU's family", { $0.cpu = CPUClass(vendor: "GenuineIntel", family: "x", simd: "avx512f") }),
      (
        "the CPU's vector instructions", { $0.cpu = CPUClass(vendor: "GenuineIntel", family: "6", simd: "x") }
      ),
      ("OpenBLAS's version", { $0.openblas = "x" }), ("OpenBLAS's kernel", { $0.openblasKernel = "x" }),
      ("the compiler", { $0.compiler = "x" }), ("HDF5's version", { $0.hdf5 = "x" }),
      ("the numeric policy", { $0.numericPolicy = "x" }),
    ]
    for (name, change) in changes {
      var other = base
      change(&other)
      let found = other.differences(from: base)
      #expect(found.count == 1)
      #expect(found.first?.hasPrefix("\(name) changed, from ") == true)
      #expect(found.first?.hasSuffix(" to x") == true)
      #expect(EnvironmentClass(base, other) == .other)
    }
  }

  private func values(
    _ config: JSONValue = .object(["stages": .array([.object(["k": 1])])]), revision: String? = "a1",
    isDirty: Bool = false, version: Double = 2, digest: String = String(repeating: "a", count: 64)
  ) -> ManifestValues {
    ManifestValues(
      config: config, revision: revision, isDirty: isDirty,
      keys: [
        "shift": .object([
          "stage": "shift/gap", "version": .number(version),
          "files": .object(["path": .object(["digest": .string(digest)])]),
        ])
      ], environment: Self.environment)
  }

  @Test("config values by path, code, versions of stages, content of files and environment")
  func manifest() {
    let before = values()
    #expect(ManifestDifference(from: before, to: before).changes.isEmpty)
    var after = values(
      .object(["stages": .array([.object(["k": 2])])]), revision: "b2", isDirty: true, version: 3,
      digest: String(repeating: "b", count: 64))
    after.environment.openblasKernel = "Haswell"
    #expect(
      ManifestDifference(from: before, to: after).changes == [
        "the config's stages[0].k changed, from 1 to 2", "the code's revision changed, from a1 to b2",
        "the code has uncommitted changes, and had none before",
        "the version of shift/gap changed, from 2 to 3",
        "the content of path.digest of shift changed, from aaaaaaaaaaaa to bbbbbbbbbbbb",
        "OpenBLAS's kernel changed, from SkylakeX to Haswell",
      ])
  }

  @Test("two dirty trees of one revision may be different code")
  func dirty() {
    let found = ManifestDifference(from: values(isDirty: true), to: values(isDirty: true)).changes
    #expect(found == ["the code has uncommitted changes, as it had before: perhaps others"])
  }
}
