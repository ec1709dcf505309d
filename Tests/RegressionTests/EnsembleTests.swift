import Declarations
import Regression
import Testing

@Suite("Tolerances from an ensemble of roundings")
struct EnsembleTests {
  private func calibrated(_ r0: ReferenceNumber, _ values: [Double]) throws -> ReferenceNumber {
    try EnsembleTolerance.calibrated(
      [r0],
      by: values.map { [ReferenceNumber(experiment: "e", id: r0.id, kind: r0.kind, value: .real($0))] })[0]
  }

  @Test("five times the largest |r − r₀|/(1 + |r₀|), rounded up to two digits")
  func formula() throws {
    // 5·0.003/(1 + 2) = 0.005; the other moves are smaller.
    let found = try calibrated(real("a", 2), [2.001, 1.997, 2])
    let tolerance = try #require(found.tolerance)
    #expect(tolerance >= 0.005 - 1e-15 && tolerance <= 0.0051)
    #expect(found.toleranceSource == "ensemble-3")
  }

  @Test("a cosine near 1 is compared as 1 − c")
  func cosines() throws {
    let found = try calibrated(number(.cosine, "a", .real(0.9999)), [0.9998])
    #expect(abs(try #require(found.tolerance) / (5 * 1e-4 / 1.0001) - 1) < 0.1)
  }

  /// The bound is 5·2u; one unit in the last place is at most 2u·|r|.
  @Test(
    "where nothing moved, no unit in the last place is an alarm, and a hundred are",
    arguments: [0.0, 0.1, 1, 3e5, -7e-9])
  func floor(value: Double) throws {
    let single = Double(Float(value))
    let float = try calibrated(real("a", single), [single, single])
    #expect(float.toleranceSource == "floor-single")
    for next in [Float(value).nextUp, Float(value).nextDown] {
      #expect(Deviation.between(Double(next), single) <= (try #require(float.tolerance)))
    }
    let double = value + 1e-3 / 3
    let found = try calibrated(real("a", double), [double])
    #expect(found.toleranceSource == "floor-double")
    #expect(Deviation.between(double.nextUp, double) <= (try #require(found.tolerance)))
    #expect(Deviation.between(double + 100 * 0x1p-52 * (1 + abs(double)), double) > found.tolerance ?? 1)
  }

  @Test("a place may change where the second best is nearer than twice the tolerance of its curve")
  func places() throws {
    func pair(_ margin: Double?) -> [ReferenceNumber] {
      var place = number(.place, "t/loss/k=1/minimum-at(delta)", .real(0.5))
      place.margin = margin
      return [real("t/loss/k=1/minimum", 1), place]
    }
    // The curve's tolerance is 5·2e-6/2.
    let moved = [real("t/loss/k=1/minimum", 1 + 2e-6), pair(0)[1]]
    let changes = try [9e-6, 1.1e-5, nil, .infinity].map {
      try EnsembleTolerance.calibrated(pair($0), by: [moved])[1].change
    }
    #expect(changes == [.infinity, 0, 0, 0])
  }

  @Test("counts may change five times as much as any of their column did")
  func counts() throws {
    func column(_ a: Double, _ b: Double, n: Double = 5) -> [ReferenceNumber] {
      [
        number(.count, "t/pairs/row=1", .real(a)), number(.count, "t/pairs/row=2", .real(b)),
        number(.count, "t/pairs/row=1/n", .real(n)), number(.count, "u/pairs/row=1", .real(1)),
      ]
    }
    let found = try EnsembleTolerance.calibrated(column(10, 20), by: [column(10, 20), column(11, 20)])
    #expect(found.map(\.change) == [5, 5, 0, 0])
  }

  @Test("numbers of trained stages stay as they are, and the ensemble need not have them")
  func trained() throws {
    let reference = [
      number(.real, "gap/distance", .real(1)), number(.count, "trained.log/loss/count", .real(100)),
      number(.real, "trained/x", .real(3)),
    ]
    let member = [number(.real, "gap/distance", .real(1.5))]
    let found = try EnsembleTolerance.calibrated(reference, by: [member], without: [ExactString("trained")])
    #expect(found[0].tolerance != nil && Array(found[1...]) == Array(reference[1...]))
    #expect(throws: RegressionFailure.self) { try EnsembleTolerance.calibrated(reference, by: [member]) }
  }

  @Test("an ensemble that lacks a number, is empty or not finite is an error")
  func incomplete() {
    #expect(throws: RegressionFailure.absentFromEnsemble(experiment: "e", id: "a", member: 2)) {
      try EnsembleTolerance.calibrated([real("a", 1)], by: [[real("a", 1)], [real("b", 1)]])
    }
    #expect(throws: RegressionFailure.self) { try EnsembleTolerance.calibrated([real("a", 1)], by: []) }
    #expect(throws: RegressionFailure.self) { try calibrated(real("a", 1), [.nan]) }
    #expect(throws: Never.self) { try calibrated(real("a", .nan), [.nan]) }
  }
}
