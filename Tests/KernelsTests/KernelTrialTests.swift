import Kernels
import Testing

@Suite("The trial of the OpenBLAS kernel")
struct KernelTrialTests {
  @Test("finds nothing in the kernel that runs")
  func kernel() {
    let trial = KernelTrial.run()
    #expect(trial.verdict == .trusted, "\(trial.findings)")
    #expect(trial.findings.map(\.routine) == ["sgemm", "dgemm"])
    // Rounding does happen: a trial that compares nothing would find none.
    #expect(trial.findings.allSatisfy { $0.ofCertain > 0.001 })
  }

  /// One wrong element in products of one shape, by so many times the product of the greatest factors.
  private func spoilt(by error: Float, inner: Int) -> KernelTrial {
    KernelTrial.run(single: { shape, a, b, c, stride in
      BLAS.multiply(shape, a, b, into: c, stride: stride)
      if shape.inner == inner { c[(shape.rows - 1) * stride + shape.columns - 1] += error }
    })
  }

  @Test("refuses one wrong element, whatever its shape", arguments: [1, 33, 129, 321, 769])
  func wrong(inner: Int) {
    guard case .wrong(let finding) = spoilt(by: 0.01, inner: inner).verdict else {
      Issue.record("not refused")
      return
    }
    #expect(finding.routine == "sgemm" && finding.ofCertain > 1)
    #expect(finding.shape.contains("k = \(inner)"))
  }

  @Test("warns of more than roundings add up to, within what is certain")
  func coarse() {
    // |A||B| is about 96/4 here: √k·u·|A||B| is 1.4e-5, γ_k·|A||B| is 1.4e-4.
    guard case .coarse(let finding) = spoilt(by: 5e-5, inner: 96).verdict else {
      Issue.record("not warned of")
      return
    }
    #expect(finding.ofUsual > 1 && finding.ofCertain <= 1)
  }

  @Test("refuses what is no number, and what is written beside the result")
  func broken() {
    let nan = KernelTrial.run(double: { shape, a, b, c, stride in
      BLAS.multiply(shape, a, b, into: c, stride: stride)
      if shape.rows == 31 { c[0] = .nan }
    })
    let beside = KernelTrial.run(single: { shape, a, b, c, stride in
      BLAS.multiply(shape, a, b, into: c, stride: stride)
      if shape.rows == 31 { c[shape.columns] = 0 }
    })
    for (trial, routine) in [(nan, "dgemm"), (beside, "sgemm")] {
      guard case .wrong(let finding) = trial.verdict else {
        Issue.record("not refused")
        continue
      }
      #expect(finding.routine == routine && finding.ofCertain == .infinity)
    }
  }

  @Test("refuses float64 that is summed in float32")
  func precision() {
    let trial = KernelTrial.run(double: { shape, a, b, c, stride in
      BLAS.multiply(shape, a, b, into: c, stride: stride)
      for row in 0..<shape.rows {
        for column in 0..<shape.columns { c[row * stride + column] = Double(Float(c[row * stride + column])) }
      }
    })
    guard case .wrong(let finding) = trial.verdict else {
      Issue.record("not refused")
      return
    }
    #expect(finding.routine == "dgemm")
  }
}

@Suite("The choice of the OpenBLAS kernel")
struct BLASKernelTests {
  private let avx: Set = ["sse3", "sse4_2", "avx"]
  private var avx2: Set<String> { avx.union(["avx2", "fma"]) }
  private var avx512: Set<String> { avx2.union(["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"]) }

  @Test("is the fastest that the CPU can run, where OpenBLAS takes an older one")
  func better() {
    for chosen in ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen"] {
      #expect(BLASKernel.better(cpuFlags: avx512, chosen: chosen) == "SKYLAKEX")
    }
    #expect(BLASKernel.better(cpuFlags: avx2, chosen: "Prescott") == "HASWELL")
    #expect(BLASKernel.better(cpuFlags: avx2, chosen: "Sandybridge") == "HASWELL")
    #expect(BLASKernel.better(cpuFlags: avx, chosen: "Core2") == "SANDYBRIDGE")
    #expect(BLASKernel.better(cpuFlags: ["sse3", "sse4_2"], chosen: "Prescott") == "NEHALEM")
  }

  @Test("is left to OpenBLAS where it is as good, or not known")
  func left() {
    for chosen in ["SkylakeX", "Cooperlake", "Sapphirerapids", "Future"] {
      #expect(BLASKernel.better(cpuFlags: avx512, chosen: chosen) == nil)
    }
    for chosen in ["Haswell", "Zen", "Excavator"] {
      #expect(BLASKernel.better(cpuFlags: avx2, chosen: chosen) == nil)
    }
    #expect(BLASKernel.better(cpuFlags: ["sse3", "sse4_2"], chosen: "Nehalem") == nil)
    #expect(BLASKernel.better(cpuFlags: ["sse3"], chosen: "Prescott") == nil)
    #expect(BLASKernel.better(cpuFlags: [], chosen: "armv8") == nil)
  }

  @Test("is handed to children only where it is the user's")
  func children() {
    let own = ["OPENBLAS_CORETYPE": "HASWELL", "HOME": "/"]
    #expect(BLASKernel.childEnvironment(own) == own)
    let replaced = own.merging([BLASKernel.replacedVariable: "Prescott"]) { $1 }
    #expect(BLASKernel.childEnvironment(replaced) == ["HOME": "/"])
  }

  @Test("has the kernels that this CPU can run")
  func runnable() {
    #expect(BLASKernel.runnable(cpuFlags: avx2) == ["PRESCOTT", "NEHALEM", "SANDYBRIDGE", "HASWELL", "ZEN"])
    #expect(BLASKernel.runnable(cpuFlags: avx512).last == "SKYLAKEX")
    #expect(BLASKernel.runnable(cpuFlags: []).isEmpty)
  }
}
