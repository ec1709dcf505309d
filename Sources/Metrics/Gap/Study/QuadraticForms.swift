import Execution
import Kernels

extension GapStudy {
  /// (a_i − m)ᵀ·G·(b_i − l) of every pair of rows, in float32: what influence functions of second moments are made of.
  func forms(
    _ a: Matrix, less meanA: [Double]?, _ g: RealMatrix, _ b: Matrix, less meanB: [Double]?
  ) throws -> [Double] {
    let (g, size) = (g.rounded, 256)
    let blocks = try budget.map(blocks: blockCount(a.rows, size: size)) { block in
      let range = blockRange(block, size: size, count: a.rows)
      let shape = ProductShape(rows: range.count, columns: b.columns, inner: a.columns)
      let (left, right) = (a.centred(range, meanA), b.centred(range, meanB))
      let turned = Matrix(rows: range.count, columns: b.columns) { out in
        left.withSlice { left in
          g.withSlice { g in
            BLAS.multiply(
              shape, Operand(left, stride: a.columns), Operand(g, stride: b.columns), into: out,
              stride: b.columns)
          }
        }
      }
      return turned.rowProducts(right)
    }
    return blocks.flatMap { $0 }
  }

  /// xᵀ·G·x less its mean, of the rows of one side about a mean or about zero.
  func influence(_ side: GapSide, about mean: [Double]?, _ g: RealMatrix) throws -> [Double] {
    let values = try forms(rows(side), less: mean, g, rows(side), less: mean)
    let middle = values.mean
    return values.map { $0 - middle }
  }

  /// Σ_k v_k·x_ik of every row.
  func products(_ side: GapSide, _ vector: [Double]) throws -> [Double] {
    let (rows, size) = (rows(side), 1024)
    let blocks = try budget.map(blocks: blockCount(rows.rows, size: size)) { block in
      blockRange(block, size: size, count: rows.rows).map { row in
        zip(rows.row(row), vector).reduce(0) { $0 + Double($1.0) * $1.1 }
      }
    }
    return blocks.flatMap { $0 }
  }

  /// x_i·y_i of every pair.
  func pairCosines() throws -> [Double] { try pairDistances().map { 1 - $0 / 2 } }

  /// ‖x_i − y_i‖² of every pair.
  func pairDistances() throws -> [Double] {
    let (x, y, size) = (x, y, 1024)
    let blocks = try budget.map(blocks: blockCount(x.rows, size: size)) { block in
      blockRange(block, size: size, count: x.rows).map { row in
        x.withSlice { a in
          y.withSlice { b in
            let range = row * x.columns..<(row + 1) * x.columns
            return squaredDistance(a[range], b[range])
          }
        }
      }
    }
    return blocks.flatMap { $0 }
  }
}

extension Matrix {
  /// Rows less a mean.
  fileprivate func centred(_ range: Range<Int>, _ mean: [Double]?) -> Matrix {
    let values = values[range.lowerBound * columns..<range.upperBound * columns]
    guard let mean else { return Matrix(rows: range.count, columns: columns, values: Array(values)) }
    let narrow = mean.map { Float($0) }
    return Matrix(rows: range.count, columns: columns) { out in
      values.withUnsafeBufferPointer { values in
        for row in 0..<range.count {
          for column in 0..<columns {
            out[row * columns + column] = values[row * columns + column] - narrow[column]
          }
        }
      }
    }
  }

  /// a_i·b_i of rows side by side.
  fileprivate func rowProducts(_ other: Matrix) -> [Double] {
    withSlice { a in
      other.withSlice { b in
        (0..<rows).map { row in
          var sum = 0.0
          for column in row * columns..<(row + 1) * columns { sum += Double(a[column] * b[column]) }
          return sum
        }
      }
    }
  }
}
