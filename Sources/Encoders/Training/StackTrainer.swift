import Kernels

/// A stack of transformer blocks in training: whole-batch matrices of what each block's backward pass
/// needs, ten rows of `width` a token and layer, or one where it recomputes.
///
/// Norms, QuickGELU and attention's shares are computed again in the backward pass, in the caches. The
/// forward pass needs no meeting of threads: a block of items goes through all layers.
final class StackTrainer: @unchecked Sendable {
  /// What one layer keeps. The backward pass turns `joined` and `hidden` into their gradients in place.
  struct Record {
    /// `(rows, 3·width)`: queries, keys and values.
    let joined: FloatRows
    /// Attention's result before its output map, and x after it was added.
    let mixed: FloatRows
    let middle: FloatRows
    /// `(rows, 4·width)`, before QuickGELU.
    let hidden: FloatRows
  }

  let shape: TransformerShape
  let recomputes: Bool
  let attention: AttentionGradient
  private(set) var sequences = Sequences(lengths: [])

  /// What goes into each layer, and what comes out of the last: `(rows, width)`.
  let inputs: [FloatRows]
  /// One a layer, or one for all where it recomputes.
  let records: [Record]
  let normed: (first: FloatRows, second: FloatRows)
  /// `(rows, 4·width)`: QuickGELU's result.
  let wide: FloatRows
  let change: FloatRows
  /// Gradients of what comes out of a layer, of `middle`, and of what goes in.
  var gradients: (after: FloatRows, middle: FloatRows, before: FloatRows)
  let sums: VectorSums
  private let scratch: FloatRows
  private let memory = TrainingMemory()

  init(_ shape: TransformerShape, isCausal: Bool, items: Int, longest: Int, recomputes: Bool) {
    self.shape = shape
    self.recomputes = recomputes
    let (rows, width) = (items * longest, shape.width)
    attention = AttentionGradient(width: width, heads: shape.heads, isCausal: isCausal)
    let memory = memory
    func matrix(_ times: Int = 1) -> FloatRows { memory.rows(rows, width: times * width) }
    inputs = (0...shape.layers).map { _ in matrix() }
    records = (0..<(recomputes ? min(1, shape.layers) : shape.layers)).map { _ in
      Record(joined: matrix(3), mixed: matrix(), middle: matrix(), hidden: matrix(4))
    }
    normed = (matrix(), matrix())
    wide = matrix(4)
    change = matrix()
    gradients = (matrix(), matrix(), matrix())
    let blocks = Encoders.blocks(rows: Array(repeating: longest, count: items)).count
    sums = VectorSums(Vector.allCases.map { $0.count * width }, blocks: blocks, memory)
    scratch = memory.rows(blocks, width: attention.scratchCount(rows: longest))
  }

  /// Takes the lengths of a batch's items, of which there are at most as many, and none longer, than the
  /// memory was made for.
  func begin(lengths: [Int]) { sequences = Sequences(lengths: lengths) }

  /// Carries a block of items, which the caller put into `inputs[0]`, through all layers.
  func forward(_ block: Int, _ weights: [BlockWeights]) {
    for layer in 0..<shape.layers { forward(layer, block, weights[layer]) }
  }

  func forward(_ layer: Int, _ block: Int, _ weights: BlockWeights) {
    let (items, record) = (sequences.blocks[block], record(layer))
    let rows = sequences.rows(of: items)
    let (first, count) = (rows.lowerBound, rows.count)
    weights.norm1.apply(inputs[layer][first], rows: count, into: normed.first[first])
    weights.input.map(normed.first[first], rows: count, into: record.joined[first])
    for item in items {
      let rows = sequences.rows(of: item)
      attention.forward(
        record.joined[rows.lowerBound], rows: rows.count, into: record.mixed[rows.lowerBound],
        scratch: scratch[block])
    }
    record.middle[first].update(from: inputs[layer][first], count: count * shape.width)
    weights.output.map(record.mixed[first], rows: count, into: record.middle[first], adding: true)
    weights.norm2.apply(record.middle[first], rows: count, into: normed.second[first])
    weights.up.map(normed.second[first], rows: count, into: record.hidden[first])
    QuickGelu.apply(record.hidden[first], into: wide[first], count: 4 * count * shape.width)
    inputs[layer + 1][first].update(from: record.middle[first], count: count * shape.width)
    weights.down.map(wide[first], rows: count, into: inputs[layer + 1][first], adding: true)
  }

  func record(_ layer: Int) -> Record { records[recomputes ? 0 : layer] }
  func scratch(_ block: Int) -> UnsafeMutablePointer<Float> { scratch[block] }
}

extension StackTrainer {
  /// The vectors of a layer, in the order of their sums; a norm's bias follows its weight.
  enum Vector: Int, CaseIterable {
    case norm1Weight, norm1Bias, norm2Weight, norm2Bias, input, output, up, down

    /// In widths.
    var count: Int {
      switch self {
      case .input: 3
      case .up: 4
      default: 1
      }
    }

    var name: String {
      switch self {
      case .norm1Weight: "ln_1.weight"
      case .norm1Bias: "ln_1.bias"
      case .norm2Weight: "ln_2.weight"
      case .norm2Bias: "ln_2.bias"
      case .input: "attn.in_proj_bias"
      case .output: "attn.out_proj.bias"
      case .up: "mlp.c_fc.bias"
      case .down: "mlp.c_proj.bias"
      }
    }
  }
}
