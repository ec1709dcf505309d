import Contracts
import TestSupport
import Testing

/// Which rows are partners, against the definition of each pairing.
@Suite struct PartnersTests {
  /// A pairing that fits `xRows` and `yRows`, and the row of x of each row of y.
  private struct Sample {
    let pairing: Pairing
    let xRows: Int
    let yRows: Int
    let rowOfX: [Int]
    /// Whether row i of x and row j of y are partners.
    let arePartners: (Int, Int) -> Bool
  }

  private func sample(_ seed: UInt64) -> Sample {
    var numbers = TestNumbers(seed)
    let items = Int.random(in: 1...12, using: &numbers)
    let size = Int.random(in: 1...5, using: &numbers)
    switch seed % 4 {
    case 0:
      return Sample(pairing: .identity, xRows: items, yRows: items, rowOfX: Array(0..<items)) { $0 == $1 }
    case 1:
      return Sample(
        pairing: .grouped(size: size), xRows: items, yRows: items * size,
        rowOfX: (0..<items * size).map { $0 / size }
      ) { $0 == $1 / size }
    case 2:
      return Sample(
        pairing: .grouped(size: size), xRows: items * size, yRows: items * size,
        rowOfX: Array(0..<items * size)
      ) { $0 / size == $1 / size }
    default:
      let rows = (0..<items * size).map { _ in Int.random(in: 0..<items, using: &numbers) }
      return Sample(pairing: .map(rows), xRows: items, yRows: rows.count, rowOfX: rows) { $0 == rows[$1] }
    }
  }

  @Test(arguments: 0..<80) func rowsOfOneItemArePartners(seed: UInt64) throws {
    let sample = sample(seed)
    let partners = try Partners(sample.pairing, xRows: sample.xRows, yRows: sample.yRows)
    #expect(partners.isPaired && partners.count == sample.yRows && partners.rowOfX == sample.rowOfX)
    #expect(partners.itemOfX.count == sample.xRows && partners.itemOfY.count == sample.yRows)
    for x in 0..<sample.xRows {
      for y in 0..<sample.yRows {
        #expect((partners.itemOfX[x] == partners.itemOfY[y]) == sample.arePartners(x, y), "\(x), \(y)")
      }
    }
  }

  @Test(arguments: 0..<80) func roundsHoldEachPairOnceAndNoItemTwice(seed: UInt64) throws {
    let sample = sample(seed)
    let partners = try Partners(sample.pairing, xRows: sample.xRows, yRows: sample.yRows)
    #expect(partners.rounds.flatMap { $0 }.sorted() == Array(0..<sample.yRows))
    for round in partners.rounds {
      let items = round.map { partners.itemOfY[$0] }
      #expect(Set(items).count == items.count)
    }
    let most = Dictionary(grouping: partners.itemOfY) { $0 }.values.map(\.count).max()
    #expect(partners.rounds.count == most, "no round more than the item with the most pairs needs")
  }

  @Test func withoutPairsNobodyIsAPartner() throws {
    let partners = try Partners(.unpaired, xRows: 3, yRows: 5)
    #expect(!partners.isPaired && partners.count == 0 && partners.rounds.isEmpty)
    #expect(Set(partners.itemOfX).isDisjoint(with: partners.itemOfY))
  }

  @Test func whatDoesNotFitIsNamed() {
    let cases: [(Pairing, Int, Int, Partners.Misfit)] = [
      (.identity, 3, 4, .unequalRows), (.grouped(size: 0), 3, 3, .groups(size: 0)),
      (.grouped(size: -2), 3, 6, .groups(size: -2)), (.grouped(size: 2), 3, 7, .groups(size: 2)),
      (.grouped(size: 2), 4, 6, .groups(size: 2)), (.map([0, 1]), 3, 4, .mapLength(2)),
      (.map([0, 3, 1]), 3, 3, .mapRange(row: 1, found: 3)), (.map([-1]), 3, 1, .mapRange(row: 0, found: -1)),
    ]
    for (pairing, x, y, misfit) in cases { #expect(found(pairing, x, y) == misfit) }
  }

  private func found(_ pairing: Pairing, _ x: Int, _ y: Int) -> Partners.Misfit? {
    do {
      _ = try Partners(pairing, xRows: x, yRows: y)
      return nil
    } catch { return error }
  }
}
