import Kernels

/// Rows of a matrix that are equal to one another, number by number.
package struct RepeatedRows: Sendable, Equatable {
  package let rows: Int
  /// How many different rows there are.
  package let different: Int
  /// k, where rows stand in runs of k equal ones, k > 1, each run different from all others.
  package let groupSize: Int?

  package init(_ matrix: Matrix) {
    rows = matrix.rows
    var places: [UInt64: [Int]] = [:]
    var firsts: [Int] = []
    for row in 0..<matrix.rows {
      let key = Self.key(matrix, row)
      let same = places[key]?.first { Self.areEqual(matrix, $0, row) }
      if same == nil { places[key, default: []].append(row) }
      firsts.append(same ?? row)
    }
    different = firsts.enumerated().count { $0.offset == $0.element }
    let size = different > 0 && rows % different == 0 ? rows / different : 1
    let isRegular = size > 1 && firsts.enumerated().allSatisfy { $0.offset / size * size == $0.element }
    groupSize = isRegular ? size : nil
  }

  /// FNV-1a over the numbers' bits, zeros without their sign.
  private static func key(_ matrix: Matrix, _ row: Int) -> UInt64 {
    matrix.row(row).reduce(0xcbf2_9ce4_8422_2325) { hash, value in
      (hash ^ UInt64(value == 0 ? 0 : value.bitPattern)) &* 0x100_0000_01b3
    }
  }

  private static func areEqual(_ matrix: Matrix, _ a: Int, _ b: Int) -> Bool {
    matrix.row(a).elementsEqual(matrix.row(b))
  }
}
