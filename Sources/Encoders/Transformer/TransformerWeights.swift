import Execution

/// The maps and norms of one block, on its tensors.
struct BlockWeights {
  let norm1: LayerNorm
  /// To queries, keys and values, one after the other.
  let input: Linear
  let output: Linear
  let norm2: LayerNorm
  let up: Linear
  let down: Linear
}

/// A tower's tensors by name, in any buffer of its layout: weights, or what is like them.
struct TensorPointers: Sendable {
  let layout: ParameterLayout
  /// `layout.count` numbers.
  let base: FloatSlice
  /// Of the norms.
  let epsilon: Float
  /// Whether the second map of the MLPs lies `(inputs, outputs)`, as `transposed` leaves it.
  var isTransposed = false

  func callAsFunction(_ name: String) -> FloatSlice { base[layout.range(of: name)] }

  func norm(_ name: String, _ width: Int) -> LayerNorm {
    LayerNorm(weight: self("\(name).weight"), bias: self("\(name).bias"), width: width, epsilon: epsilon)
  }

  func linear(_ name: String, _ inputs: Int, _ outputs: Int, transposed: Bool = false) -> Linear {
    Linear(
      weight: self("\(name).weight"), bias: self("\(name).bias"), inputs: inputs, outputs: outputs,
      isTransposed: transposed)
  }

  /// A matrix without bias that lies `(inputs, outputs)`: CLIP's projections.
  func projection(_ name: String, _ inputs: Int, _ outputs: Int) -> Linear {
    Linear(weight: self(name), bias: nil, inputs: inputs, outputs: outputs, isTransposed: true)
  }

  func blocks(_ shape: TransformerShape) -> [BlockWeights] {
    (0..<shape.layers).map { layer in
      let (block, width) = ("\(shape.name).resblocks.\(layer)", shape.width)
      return BlockWeights(
        norm1: norm("\(block).ln_1", width),
        input: Linear(
          weight: self("\(block).attn.in_proj_weight"), bias: self("\(block).attn.in_proj_bias"),
          inputs: width, outputs: 3 * width),
        output: linear("\(block).attn.out_proj", width, width), norm2: norm("\(block).ln_2", width),
        up: linear("\(block).mlp.c_fc", width, 4 * width),
        down: linear("\(block).mlp.c_proj", 4 * width, width, transposed: isTransposed))
    }
  }
}

extension NetworkWeights {
  /// With the MLPs' second maps as `(inputs, outputs)`: OpenBLAS packs rows of 4·width numbers, thousands
  /// of bytes apart, up to a third slower.
  func transposed(_ shapes: [TransformerShape]) -> NetworkWeights {
    var transposed = self
    for shape in shapes {
      for layer in 0..<shape.layers {
        let offset = layout.offset(of: "\(shape.name).resblocks.\(layer).mlp.c_proj.weight")
        let (rows, columns) = (shape.width, 4 * shape.width)
        for row in 0..<rows {
          for column in 0..<columns {
            transposed.values[offset + column * rows + row] = values[offset + row * columns + column]
          }
        }
      }
    }
    return transposed
  }
}
