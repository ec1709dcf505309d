import Execution
import Foundation
import Kernels

/// Isotropy of one side by the partition function: min Z(c)/max Z(c) with Z(c) = Σ_i exp(c·x_i), c over the eigenvectors of
/// XᵀX and their opposites, so that the eigenvectors' signs, which are arbitrary, do not matter.
///
/// Source: Mu and Viswanath 2018, arXiv:1702.01417; Arora et al. 2016, arXiv:1502.03520.
struct PartitionIsotropy: GapMetric {
  let card = GapMetricCard(
    "partition-isotropy", "Isotropy of the partition function",
    formula: "min_c Z(c)/max_c Z(c), Z(c) = Σ_i exp(c·x_i), c = ± eigenvectors of XᵀX",
    source: "Mu and Viswanath 2018, arXiv:1702.01417", range: 0...1,
    reading: "rows more alike in all directions",
    sides: GapSide.each, equalDimensions: false,
    withoutInterval: "a least and a greatest value over eigenvectors, to which the bootstrap does not apply")

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map { side in
      let z = try partition(study.rows(side), study.spectra(side).raw.vectors.rounded, study.budget)
      return GapMeasure(side, (z.min() ?? .nan) / (z.max() ?? .nan))
    }
  }

  /// Z of each vector, then of each one's opposite.
  private func partition(_ rows: Matrix, _ vectors: Matrix, _ budget: ThreadBudget) throws -> [Double] {
    let (d, size) = (rows.columns, 256)
    let parts = try budget.map(blocks: blockCount(rows.rows, size: size)) { block in
      let range = blockRange(block, size: size, count: rows.rows)
      let shape = ProductShape(rows: d, columns: range.count, inner: d)
      var sums = [Double](repeating: 0, count: 2 * d)
      withScratch(of: Float.self, count: d * range.count) { out in
        vectors.withSlice { vectors in
          rows.withSlice { rows in
            BLAS.multiply(
              shape, Operand(vectors, stride: d),
              Operand(rows.from(range.lowerBound * d), stride: d, transposed: true), into: out,
              stride: range.count)
          }
        }
        withScratch(of: Double.self, count: range.count) { powers in
          for vector in 0..<d {
            let line = out[vector * range.count..<(vector + 1) * range.count]
            // exp(s) = e·exp(s − 1), and with the opposite scale exp(−s) = exp(−(s − 1))/e.
            sums[vector] = M_E * sumOfExponentials(line, scale: 1, into: powers)
            sums[d + vector] = sumOfExponentials(line, scale: -1, into: powers) / M_E
          }
        }
      }
      return sums
    }
    return addInOrder(parts, count: 2 * d)
  }
}
