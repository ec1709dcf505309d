import Encoders
import Execution
import Kernels
import Testing

@Suite("Layers of transformers against their formulas")
struct TransformerKernelTests {
  @Test("layer norm", arguments: [1, 7, 16, 33, 768])
  func layerNorm(width: Int) {
    let (x, weight, bias) = (noise(3 * width), noise(width, "weight"), noise(width, "bias"))
    var y = [Float](repeating: .nan, count: 3 * width)
    withSlices(weight, bias) { weight, bias in
      let norm = LayerNorm(weight: weight, bias: bias, width: width)
      x.withReadSlice { x in y.withSlice { norm.apply(x, rows: 3, into: $0) } }
    }
    for row in 0..<3 {
      let range = row * width..<(row + 1) * width
      let twin = TransformerTwin.norm(
        x[range].map(Double.init), weight.map(Double.init), bias.map(Double.init))
      #expect(difference(y[range], twin) < 2e-6)
    }
  }

  @Test("QuickGELU, far out as well")
  func quickGelu() {
    let x = noise(100).map { $0 * 20 } + [0, -0.0, 80, -80]
    var y = x
    y.withSlice { Activation.quickGelu.apply(to: $0) }
    for (found, x) in zip(y, x) {
      let twin = TransformerTwin.quickGelu(Double(x))
      #expect(abs(Double(found) - twin) < 2e-6 * max(1, abs(twin)))
    }
  }

  @Test("attention, causal and not, whatever the length and the heads' width", arguments: [false, true])
  func attention(isCausal: Bool) {
    for (length, width, heads) in [(1, 5, 1), (3, 14, 2), (16, 32, 1), (33, 96, 3), (50, 64, 1), (77, 80, 2)]
    {
      let joined = noise(length * 3 * width)
      let found = attend(joined, length, width, heads, isCausal, queries: length, path: Array(0..<length))
      let twin = twin(joined, length, width, heads) { isCausal ? $1 <= $0 : true }
      #expect(difference(found, twin) < 2e-6, "\(length) × \(width), \(heads) heads")
    }
  }

  @Test("the last queries alone come out as among all, and keys may lie anywhere")
  func lastQueries() {
    let (length, width) = (21, 24)
    let joined = noise(length * 3 * width)
    let all = attend(joined, length, width, 2, true, queries: length, path: Array(0..<length))
    for queries in 1..<length {
      let last = attend(joined, length, width, 2, true, queries: queries, path: Array(0..<length))
      #expect(last.elementsEqual(all.suffix(queries * width)), "\(queries) queries")
    }
    var turned = joined
    for row in 0..<length {
      turned.replaceSubrange(
        row * 3 * width..<(row + 1) * 3 * width,
        with: joined[(length - 1 - row) * 3 * width..<(length - row) * 3 * width])
    }
    let first = Array(joined[(length - 1) * 3 * width..<length * 3 * width])
    let found = attend(turned, length, width, 2, false, queries: 1, path: Array((0..<length).reversed()))
    let straight = attend(first + joined, length, width, 2, false, queries: 1, path: Array(1...length))
    #expect(found == straight)
  }

  private func attend(
    _ joined: [Float], _ length: Int, _ width: Int, _ heads: Int, _ isCausal: Bool, queries: Int, path: [Int]
  ) -> [Float] {
    let attention = Attention(width: width, heads: heads, isCausal: isCausal)
    var scratch = [Float](repeating: .nan, count: attention.scratchCount(keys: length))
    var out = [Float](repeating: .nan, count: queries * width)
    let first = isCausal ? length - queries : 0
    joined.withReadSlice { joined in
      out.withSlice { out in
        scratch.withSlice { scratch in
          attention.apply(
            joined.from(first * 3 * width), stride: 3 * width, queries: queries, joined, path, into: out,
            scratch: scratch)
        }
      }
    }
    return out
  }

  private func twin(
    _ joined: [Float], _ length: Int, _ width: Int, _ heads: Int, sees: (Int, Int) -> Bool
  ) -> [Double] {
    let head = width / heads
    var out = Rows(repeating: [], count: length)
    for first in stride(from: 0, to: width, by: head) {
      let parts = (0..<3).map { part in
        (0..<length).map { row in
          (0..<head).map { Double(joined[row * 3 * width + part * width + first + $0]) }
        }
      }
      for (row, values) in TransformerTwin.attend(parts[0], parts[1], parts[2], sees: sees).enumerated() {
        out[row] += values
      }
    }
    return out.flatMap { $0 }
  }

  @Test("a row of a product is the same bytes in any company, in both orientations")
  func products() throws {
    for (inputs, outputs) in [(7, 3), (96, 288), (48, 24), (384, 96), (768, 64)] {
      for isTransposed in [false, true] {
        let (x, weight) = (noise(90 * inputs), noise(inputs * outputs, "weight"))
        try withSlices(weight, noise(outputs, "bias")) { weight, bias in
          let map = Linear(
            weight: weight, bias: bias, inputs: inputs, outputs: outputs, isTransposed: isTransposed)
          let all = try rows(map, x, count: 90)
          for (first, count) in [(0, 1), (89, 1), (3, 17), (40, 50)] {
            let some = try rows(map, Array(x[(first * inputs)...]), count: count)
            let isSame = some.elementsEqual(all[first * outputs..<(first + count) * outputs])
            #expect(isSame, "\(inputs) to \(outputs), rows \(first) to \(first + count)")
          }
        }
      }
    }
  }

  private func rows(_ map: Linear, _ x: [Float], count: Int) throws -> [Float] {
    var out = [Float](repeating: .nan, count: count * map.outputs)
    try x.withReadSlice { x in try out.withSlice { try map.applyAlone(x, rows: count, into: $0) } }
    return out
  }

  private func withSlices(
    _ a: [Float], _ b: [Float], _ body: (FloatSlice, FloatSlice) throws -> Void
  ) rethrows {
    try a.withReadSlice { a in try b.withReadSlice { try body(a, $0) } }
  }
}
