import Execution

/// A stack of transformer blocks in training: whole-batch matrices of what each block's backward pass
/// needs, ten rows of `width` a token and layer, or one where it recomputes.
///
/// Norms, the MLPs' activation and attention's shares are computed again in the backward pass, in the caches. The
/// forward pass needs no meeting of threads: a block of items goes through all layers. Where one row of an
/// item is read in the end, the last layer carries only that row past its attention.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
final class StackTrainer: @unchecked Sendable {
  /// What one layer keeps. The backward pass turns `joined` and `hidden` into their gradients in place.
  struct Record {
    /// `(rows, 3·width)`: queries, keys and values.
    let joined: FloatRows
    /// Attention's result before its output map.
    let mixed: FloatRows
    let middle: FloatRows
    let hidden: FloatRows
  }

  /// The matrices of what follows attention in a layer, and of the gradients there: for all rows, or for
  /// one an item.
  struct Rest {
    let mixed: FloatRows
    /// x after attention was added, and its norm.
    let middle: FloatRows
    let normed: FloatRows
    /// `(rows, 4·width)`: before the activation, and after it.
    let hidden: FloatRows
    let wide: FloatRows
    let result: FloatRows
    let change: FloatRows
    /// Gradients of `result` and of `middle`.
    let after: FloatRows
    let gradient: FloatRows
  }

  let shape: TransformerShape
  let recomputes: Bool
  let attention: AttentionGradient
  private let reading: Reading
  private(set) var sequences = Sequences(lengths: [])
  /// The rows of `output`.
  private(set) var outputs = Sequences(lengths: [])

  /// What goes into each layer, and what comes out of the last: `(rows, width)`.
  let inputs: [FloatRows]
  /// One a layer, or one for all where it recomputes.
  let records: [Record]
  let normed: (first: FloatRows, second: FloatRows)
  /// `(rows, 4·width)`: the activation's result.
  let wide: FloatRows
  let change: FloatRows
  /// Gradients of what comes out of a layer, of `middle`, and of what goes in.
  var gradients: (after: FloatRows, middle: FloatRows, before: FloatRows)
  let sums: VectorSums
  private let kept: Rest?
  private let scratch: FloatRows
  private let memory = TrainingMemory()

  /// - Parameter reading: which rows of an item are needed afterwards.
  init(
    _ shape: TransformerShape, isCausal: Bool, reading: Reading, items: Int, longest: Int, recomputes: Bool
  ) {
    self.shape = shape
    self.reading = reading
    self.recomputes = recomputes
    let (rows, width) = (items * longest, shape.width)
    attention = AttentionGradient(width: width, heads: shape.heads, isCausal: isCausal)
    let memory = memory
    func matrix(_ times: Int = 1, rows: Int = rows) -> FloatRows { memory.rows(rows, width: times * width) }
    inputs = (0...shape.layers).map { _ in matrix() }
    let isRead = reading != .all && !recomputes
    records = (0..<(recomputes ? min(1, shape.layers) : shape.layers)).map { layer in
      let carried = isRead && layer == shape.layers - 1 ? 0 : rows
      return Record(
        joined: matrix(3), mixed: matrix(), middle: matrix(rows: carried), hidden: matrix(4, rows: carried))
    }
    normed = (matrix(), matrix())
    wide = matrix(4)
    change = matrix()
    gradients = (matrix(), matrix(), matrix())
    let blocks = Encoders.blocks(rows: Array(repeating: longest, count: items)).count
    sums = VectorSums(Vector.allCases.map { $0.count * width }, blocks: blocks, memory)
    kept = reading == .all || shape.layers == 0 ? nil : Rest(items: items, width: width, memory)
    scratch = memory.rows(blocks, width: attention.scratchCount(rows: longest))
  }

  /// How many float32 numbers a trainer's matrices have, all items being as long as can be.
  static func numbers(_ shape: TransformerShape, items: Int, longest: Int, recomputes: Bool) -> Double {
    let (rows, width, layers) = (Double(items) * Double(longest), Double(shape.width), Double(shape.layers))
    // What goes into each layer, the records, and what one layer needs at a time.
    let matrices = rows * width * (layers + 1 + 9 * (recomputes ? 1 : layers) + 10)
    let scratch = min(Double(items), 1 + rows / 200) * Double(longest) * (2 * Double(longest) + width)
    return matrices + scratch
  }

  /// Takes the lengths of a batch's items, of which there are at most as many, and none longer, than the
  /// memory was made for.
  func begin(lengths: [Int]) {
    sequences = Sequences(lengths: lengths)
    outputs = kept == nil ? sequences : Sequences(single: sequences)
  }

  /// What comes out of the last layer, and the place for the gradient by it; their rows are `outputs`.
  var output: FloatRows { kept?.result ?? inputs[shape.layers] }
  var outputGradient: FloatRows { kept?.after ?? gradients.after }

  /// Whether a layer carries on one row an item.
  func keepsOne(_ layer: Int) -> Bool { kept != nil && layer == shape.layers - 1 }

  /// The rows that a layer carries on past attention.
  func carried(_ layer: Int) -> Sequences { keepsOne(layer) ? outputs : sequences }

  func rest(_ layer: Int) -> Rest {
    if keepsOne(layer), let kept { return kept }
    let record = record(layer)
    return Rest(
      mixed: record.mixed, middle: record.middle, normed: normed.second, hidden: record.hidden, wide: wide,
      result: inputs[layer + 1], change: change, after: gradients.after, gradient: gradients.middle)
  }

  /// The row of an item that is read in the end.
  func readRow(_ item: Int) -> Int { sequences.rows(of: item, read: reading).lowerBound }

  /// Carries a block of items, which the caller put into `inputs[0]`, through all layers.
  func forward(_ block: Int, _ weights: [BlockWeights]) {
    for layer in 0..<shape.layers { forward(layer, block, weights[layer]) }
  }

  func forward(_ layer: Int, _ block: Int, _ weights: BlockWeights) {
    let (items, record) = (sequences.blocks[block], record(layer))
    let rows = sequences.rows(of: items)
    let count = rows.count
    weights.norm1.apply(inputs[layer][rows], rows: count, into: normed.first[rows])
    weights.input.map(normed.first[rows], rows: count, into: record.joined[rows])
    for item in items {
      let rows = sequences.rows(of: item)
      attention.forward(
        record.joined[rows], rows: rows.count, into: record.mixed[rows], scratch: scratch[block])
    }
    forwardRest(layer, block, weights)
  }

  private func forwardRest(_ layer: Int, _ block: Int, _ weights: BlockWeights) {
    let (items, rest) = (sequences.blocks[block], rest(layer))
    let rows = carried(layer).rows(of: items)
    let count = rows.count
    if keepsOne(layer) {
      for item in items {
        rest.middle[item].update(from: inputs[layer][readRow(item)])
        rest.mixed[item].update(from: record(layer).mixed[readRow(item)])
      }
    }
    weights.output.map(
      rest.mixed[rows], rows: count, into: rest.middle[rows],
      start: keepsOne(layer) ? rest.middle[rows] : inputs[layer][rows])
    weights.norm2.apply(rest.middle[rows], rows: count, into: rest.normed[rows])
    weights.up.map(rest.normed[rows], rows: count, into: rest.hidden[rows])
    shape.activation.apply(rest.hidden[rows], into: rest.wide[rows])
    weights.down.map(rest.wide[rows], rows: count, into: rest.result[rows], start: rest.middle[rows])
  }

  func record(_ layer: Int) -> Record { records[recomputes ? 0 : layer] }
  func scratch(_ block: Int) -> FloatSlice { scratch[block] }

  /// - Throws: `MemoryOverrun` where something wrote beyond its matrix.
  func verify() throws { try memory.verify() }
}

extension StackTrainer.Rest {
  /// For one row an item.
  fileprivate init(items: Int, width: Int, _ memory: TrainingMemory) {
    func matrix(_ times: Int = 1) -> FloatRows { memory.rows(items, width: times * width) }
    self.init(
      mixed: matrix(), middle: matrix(), normed: matrix(), hidden: matrix(4), wide: matrix(4),
      result: matrix(), change: matrix(), after: matrix(), gradient: matrix())
  }
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
