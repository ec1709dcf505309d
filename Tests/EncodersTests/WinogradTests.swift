import Encoders
import Kernels
import Testing

@Suite("Winograd's transforms and the pools")
struct WinogradTests {
  /// Bᵀ of unit vectors: column `index`.
  private func inputColumn(_ index: Int) -> [Double] {
    let unit = (0..<6).map { SIMD16<Float>(repeating: $0 == index ? 1 : 0) }
    var out = [Float](repeating: 0, count: 96)
    out.withSlice { out in
      Winograd.input(
        unit[0], unit[1], unit[2], unit[3], unit[4], unit[5], to: out, stride: 16)
    }
    return (0..<6).map { Double(out[$0 * 16]) }
  }

  /// Aᵀ of unit vectors: column `index`.
  private func outputColumn(_ index: Int) -> [Double] {
    let unit = (0..<6).map { SIMD16<Float>(repeating: $0 == index ? 1 : 0) }
    let (a, b, c, d) = Winograd.output(unit[0], unit[1], unit[2], unit[3], unit[4], unit[5])
    return [a, b, c, d].map { Double($0[15]) }
  }

  @Test("Aᵀ[(G g) ⊙ (Bᵀ d)] is the correlation of d and g, for every pair of unit vectors")
  func identity() {
    let (inputs, outputs) = ((0..<6).map(inputColumn), (0..<6).map(outputColumn))
    for place in 0..<6 {
      for tap in 0..<3 {
        for result in 0..<4 {
          let value = (0..<6).reduce(0.0) { sum, point in
            sum + outputs[point][result] * Winograd.kernelTransform[point][tap] * inputs[place][point]
          }
          #expect(abs(value - (place == result + tap ? 1 : 0)) < 1e-14)
        }
      }
    }
  }

  @Test("a kernel's transform is G g Gᵀ, at the stride asked for")
  func kernel() throws {
    let g = try gaussians("kernel", 9)
    var out = [Float](repeating: .nan, count: 36 * 3)
    out.withSlice { out in g.withReadSlice { Winograd.transform(kernel: $0, into: out, stride: 3) } }
    let transform = Winograd.kernelTransform
    for (row, left) in transform.enumerated() {
      for (column, right) in transform.enumerated() {
        let value = (0..<9).reduce(0.0) { $0 + left[$1 / 3] * Double(g[$1]) * right[$1 % 3] }
        #expect(abs(Double(out[(6 * row + column) * 3]) - value) < 1e-6)
      }
    }
  }

  @Test("tiles cover a side, and say how far they reach beyond it")
  func tiles() {
    #expect([1, 4, 5, 8, 56].map(Winograd.tiles) == [1, 1, 2, 2, 14])
    #expect([1, 4, 5, 8, 56].map(Winograd.excess) == [3, 0, 3, 0, 0])
  }

  @Test(
    "the greatest of 3 × 3 at stride 2, where all are negative too",
    arguments: [(1, 1), (2, 5), (7, 6), (8, 9)])
  func maximum(_ height: Int, _ width: Int) throws {
    let values = try gaussians("pool", 20 * height * width).map { $0 - 9 }
    let size = (Pooling.greatest.output(height), Pooling.greatest.output(width))
    let (from, to) = (
      PlaneShape(bare: height, width, channels: 32), PlaneShape(bordered: size.0, size.1, channels: 32)
    )
    let found = withPlanes(from, to) { source, target in
      source.fill(values, images: 1, channels: 20)
      Pooling.maximum(source, 0, into: target, 0)
      return target.values(images: 1, channels: 20)
    }
    let expected = (0..<20 * size.0 * size.1).map { index in
      let (x, y, channel) = (index % size.1, index / size.1 % size.0, index / (size.0 * size.1))
      var greatest = -Float.infinity
      for line in max(0, 2 * y - 1)...min(height - 1, 2 * y + 1) {
        for place in max(0, 2 * x - 1)...min(width - 1, 2 * x + 1) {
          greatest = max(greatest, values[(channel * height + line) * width + place])
        }
      }
      return greatest
    }
    let isSame = found == expected
    #expect(isSame)
  }

  @Test("the mean over all pixels", arguments: [(1, 1), (3, 5), (7, 7)])
  func mean(_ height: Int, _ width: Int) throws {
    let values = try gaussians("pool", 21 * height * width)
    let shape = PlaneShape(bordered: height, width, channels: 32)
    let found = withPlanes(shape, shape) { source, _ in
      source.fill(values, images: 1, channels: 21)
      var means = [Float](repeating: .nan, count: 21)
      means.withSlice { Pooling.mean(source, 0, into: $0, count: 21) }
      return means
    }
    let area = height * width
    for channel in 0..<21 {
      let mean = values[channel * area..<(channel + 1) * area].reduce(0.0) { $0 + Double($1) } / Double(area)
      #expect(abs(Double(found[channel]) - mean) < 1e-6)
    }
  }

  private func withPlanes(_ from: PlaneShape, _ to: PlaneShape, _ body: (Planes, Planes) -> [Float])
    -> [Float]
  {
    var memory = [Float](repeating: 0, count: from.count + to.count)
    return memory.withSlice { memory in
      body(Planes(from, in: memory[0..<from.count]), Planes(to, in: memory.from(from.count)))
    }
  }
}
