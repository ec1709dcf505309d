import Execution
import Kernels

/// Some rows of both sides against all rows of both.
struct PairStrip {
  private(set) var result: PairPass.Result
  private let pass: PairPass
  private let range: Range<Int>
  /// Terms of the tile, `(rows, columns)`, of kernel and distance.
  private var kernelTerms: [Float]
  private var distanceTerms: [Float]
  /// Σ_j h_ij·ε_j, `(rows, flips)`.
  private var kernelFlips: [Float]
  private var distanceFlips: [Float]

  init(_ pass: PairPass, _ range: Range<Int>) {
    (self.pass, self.range) = (pass, range)
    result = PairPass.Result(k: pass.k, count: pass.x.rows)
    let room = pass.flips > 0 ? range.count * PairPass.tileColumns : 0
    kernelTerms = [Float](repeating: 0, count: pass.needs.contains(.kernel) ? room : 0)
    distanceTerms = [Float](repeating: 0, count: pass.needs.contains(.distances) ? room : 0)
    kernelFlips = [Float](repeating: 0, count: kernelTerms.isEmpty ? 0 : range.count * pass.flips)
    distanceFlips = [Float](repeating: 0, count: distanceTerms.isEmpty ? 0 : range.count * pass.flips)
    let zeros = [Double](repeating: 0, count: range.count)
    for relation in pass.relations {
      if pass.needs.contains(.uniformity) { result.uniformity[relation] = zeros }
      if pass.needs.contains(.kernel) { result.kernel[relation] = zeros }
      if pass.needs.contains(.distances) { result.distances[relation] = zeros }
      if pass.needs.contains(relation.isWithin ? .within : .across) {
        result.neighbours[relation] = NeighbourLists(rows: range.count, k: pass.k)
      }
    }
  }

  mutating func run() {
    for start in stride(from: 0, to: pass.x.rows, by: PairPass.tileColumns) {
      let columns = start..<min(pass.x.rows, start + PairPass.tileColumns)
      for relation in pass.relations {
        var tile = product(relation, columns)
        tile.withSlice { look(at: $0, relation, columns) }
      }
      Self.multiply(&kernelTerms, into: &kernelFlips, pass, range.count, columns)
      Self.multiply(&distanceTerms, into: &distanceFlips, pass, range.count, columns)
    }
    result.kernelFlips = Self.total(kernelFlips, pass, range)
    result.distanceFlips = Self.total(distanceFlips, pass, range)
  }

  private func product(_ relation: PairPass.Relation, _ columns: Range<Int>) -> [Float] {
    let (left, right) = (pass.matrix(isX: relation.leftIsX), pass.matrix(isX: relation.rightIsX))
    let d = left.columns
    let shape = ProductShape(rows: range.count, columns: columns.count, inner: d)
    return [Float](count: range.count * columns.count) { out in
      left.withSlice { left in
        right.withSlice { right in
          BLAS.multiply(
            shape, Operand(left.from(range.lowerBound * d), stride: d),
            Operand(right.from(columns.lowerBound * d), stride: d, transposed: true), into: out,
            stride: columns.count)
        }
      }
    }
  }

  private mutating func look(at tile: FloatSlice, _ relation: PairPass.Relation, _ columns: Range<Int>) {
    let width = columns.count
    withScratch(of: Double.self, count: width) { powers in
      withScratch(of: Float.self, count: width) { distances in
        for (place, row) in range.enumerated() {
          let line = tile[place * width..<(place + 1) * width]
          // Within a side the row itself is at this place, across sides its partner.
          let own = columns.contains(row) ? row - columns.lowerBound : nil
          if relation.isWithin, let own { line[own] = 1 }
          sum(line, relation, place, own, powers, distances)
          if relation == .xy, let own { result.partners.append(line[own]) }
          guard result.neighbours[relation] != nil else { continue }
          if relation.isWithin, let own { line[own] = -.infinity }
          result.neighbours[relation]?.offer(line, from: columns.lowerBound, to: place)
        }
      }
    }
  }

  private mutating func sum(
    _ line: FloatSlice, _ relation: PairPass.Relation, _ place: Int, _ own: Int?, _ powers: DoubleSlice,
    _ distances: FloatSlice
  ) {
    let terms = place * PairPass.tileColumns..<place * PairPass.tileColumns + line.count
    if pass.needs.contains(.uniformity) {
      result.uniformity[relation]?[place] += sumOfExponentials(line, scale: 4, into: powers)
      if relation == .xy, let own { result.partnerUniformity.append(powers[own]) }
    }
    if pass.needs.contains(.kernel) {
      let scale = 1 / (pass.options.sigma * pass.options.sigma)
      result.kernel[relation]?[place] += sumOfExponentials(line, scale: scale, into: powers)
      if relation == .xy, let own { result.partnerKernel.append(powers[own]) }
      if !kernelTerms.isEmpty {
        kernelTerms.withSlice { addLessOne(powers, sign: relation.sign, to: $0[terms]) }
      }
    }
    if pass.needs.contains(.distances) {
      result.distances[relation]?[place] += sumOfDistances(line, into: distances)
      if !distanceTerms.isEmpty {
        distanceTerms.withSlice { add(distances, sign: -relation.sign, to: $0[terms]) }
      }
    }
  }

  /// flips ← flips + terms·signs, and the terms are zero again.
  private static func multiply(
    _ terms: inout [Float], into flips: inout [Float], _ pass: PairPass, _ rows: Int, _ columns: Range<Int>
  ) {
    if terms.isEmpty { return }
    let shape = ProductShape(rows: rows, columns: pass.flips, inner: columns.count)
    terms.withSlice { terms in
      flips.withSlice { flips in
        pass.signs.withReadSlice { signs in
          BLAS.multiply(
            shape, Operand(terms, stride: PairPass.tileColumns),
            Operand(signs.from(columns.lowerBound * pass.flips), stride: pass.flips), into: flips,
            stride: pass.flips, beta: 1)
        }
      }
      terms.fill(0)
    }
  }

  /// Σ_i ε_i·(Σ_j h_ij·ε_j) of each flip.
  private static func total(_ flips: [Float], _ pass: PairPass, _ range: Range<Int>) -> [Double] {
    if flips.isEmpty { return [] }
    return (0..<pass.flips).map { flip in
      range.enumerated().reduce(0) { sum, entry in
        let sign = Double(pass.signs[entry.element * pass.flips + flip])
        return sum + sign * Double(flips[entry.offset * pass.flips + flip])
      }
    }
  }
}
