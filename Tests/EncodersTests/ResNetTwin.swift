import Encoders

/// A number's place in a computation that knows its gradient: as plain as can be, in Double, for a check.
final class Variable {
  /// (pictures, channels, height, width), or what else the values are.
  let shape: [Int]
  var values: [Double]
  var gradient: [Double]

  init(_ shape: [Int], _ values: [Double]? = nil) {
    self.shape = shape
    self.values = values ?? [Double](repeating: 0, count: shape.reduce(1, *))
    gradient = [Double](repeating: 0, count: self.values.count)
  }

  func place(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Int {
    ((n * shape[1] + c) * shape[2] + y) * shape[3] + x
  }

  func has(_ y: Int, _ x: Int) -> Bool { y >= 0 && y < shape[2] && x >= 0 && x < shape[3] }
}

/// A ResNet in training in Double, operation by operation over (pictures, channels, height, width), each of
/// which leaves how its gradient goes back.
final class ResNetTwin {
  private let layout: ParameterLayout
  /// Norms by the running statistics, as in evaluation; nothing goes backward then.
  private let isEvaluation: Bool
  private var weights: [String: Variable] = [:]
  private var backward: [() -> Void] = []
  /// Mean and unbiased variance of each batch norm.
  private(set) var statistics: [String: [Double]] = [:]

  init(_ layout: ParameterLayout, _ values: [Double], isEvaluation: Bool = false) {
    self.layout = layout
    self.isEvaluation = isEvaluation
    for (tensor, offset) in zip(layout.tensors, layout.offsets) {
      weights[tensor.name] = Variable(tensor.shape, Array(values[offset..<offset + tensor.count]))
    }
  }

  private subscript(_ name: String) -> Variable { weights[name] ?? Variable([0]) }

  /// Gradients of Σ change·features by every weight, in the layout's order.
  func gradients(_ features: Variable, _ change: [Float]) -> [Double] {
    features.gradient = change.map(Double.init)
    for step in backward.reversed() { step() }
    var gradients = [Double](repeating: 0, count: layout.count)
    for (tensor, offset) in zip(layout.tensors, layout.offsets) {
      gradients.replaceSubrange(offset..<offset + tensor.count, with: self[tensor.name].gradient)
    }
    return gradients
  }

  // MARK: - The network

  func features(_ tower: ResNet, _ batch: TowerBatch) -> Variable {
    let pictures = Variable([batch.count] + batch.shape, batch.numbers.values.map(Double.init))
    var x = norm(convolution(pictures, "conv1", stride: 2, padding: 3), "bn1")
    x = greatest(rectified(x))
    let counts = tower.depth == .eighteen ? [2, 2, 2, 2] : [3, 4, 6, 3]
    for (layer, count) in counts.enumerated() {
      for index in 0..<count {
        let stride = layer > 0 && index == 0 ? 2 : 1
        x = block(x, "layer\(layer + 1).\(index)", stride, isBasic: tower.depth == .eighteen)
      }
    }
    let means = mean(x)
    return tower.projection == nil ? means : product(means, self["projection"])
  }

  private func block(_ x: Variable, _ name: String, _ stride: Int, isBasic: Bool) -> Variable {
    // Stride and padding of each convolution.
    let convolutions: [(Int, Int)] = isBasic ? [(stride, 1), (1, 1)] : [(1, 0), (stride, 1), (1, 0)]
    var y = x
    for (index, geometry) in convolutions.enumerated() {
      if index > 0 { y = rectified(y) }
      y = norm(
        convolution(y, "\(name).conv\(index + 1)", stride: geometry.0, padding: geometry.1),
        "\(name).bn\(index + 1)")
    }
    guard weights["\(name).downsample.0.weight"] != nil else { return rectified(sum(y, x)) }
    let shortcut = convolution(x, "\(name).downsample.0", stride: stride, padding: 0)
    return rectified(sum(y, norm(shortcut, "\(name).downsample.1")))
  }

  // MARK: - Operations

  private func convolution(_ x: Variable, _ name: String, stride: Int, padding: Int) -> Variable {
    let w = self[name + ".weight"]
    let side = { (x: Int) in (x + 2 * padding - w.shape[2]) / stride + 1 }
    let y = Variable([x.shape[0], w.shape[0], side(x.shape[2]), side(x.shape[3])])
    func forEach(_ body: (_ y: Int, _ w: Int, _ x: Int) -> Void) {
      for n in 0..<y.shape[0] {
        for o in 0..<y.shape[1] {
          for i in 0..<y.shape[2] * y.shape[3] {
            let (row, column) = (i / y.shape[3], i % y.shape[3])
            for c in 0..<w.shape[1] {
              for k in 0..<w.shape[2] * w.shape[3] {
                let (u, v) = (
                  row * stride + k / w.shape[3] - padding, column * stride + k % w.shape[3] - padding
                )
                guard x.has(u, v) else { continue }
                body(
                  y.place(n, o, row, column), (o * w.shape[1] + c) * w.shape[2] * w.shape[3] + k,
                  x.place(n, c, u, v))
              }
            }
          }
        }
      }
    }
    forEach { y.values[$0] += w.values[$1] * x.values[$2] }
    backward.append {
      forEach {
        w.gradient[$1] += y.gradient[$0] * x.values[$2]
        x.gradient[$2] += y.gradient[$0] * w.values[$1]
      }
    }
    return y
  }

  private func evaluatedNorm(_ x: Variable, _ name: String) -> Variable {
    let (weight, bias, y) = (self[name + ".weight"], self[name + ".bias"], Variable(x.shape))
    let (mean, variance) = (self[name + ".running_mean"], self[name + ".running_var"])
    for place in x.values.indices {
      let c = place / (x.shape[2] * x.shape[3]) % x.shape[1]
      let root = 1 / (variance.values[c] + 1e-5).squareRoot()
      y.values[place] = (x.values[place] - mean.values[c]) * root * weight.values[c] + bias.values[c]
    }
    return y
  }

  private func norm(_ x: Variable, _ name: String) -> Variable {
    if isEvaluation { return evaluatedNorm(x, name) }
    let (weight, bias, y) = (self[name + ".weight"], self[name + ".bias"], Variable(x.shape))
    let (area, number) = (x.shape[2] * x.shape[3], Double(x.shape[0] * x.shape[2] * x.shape[3]))
    for c in 0..<x.shape[1] {
      let places = (0..<x.shape[0]).flatMap { n in (0..<area).map { (n * x.shape[1] + c) * area + $0 } }
      let mean = places.reduce(0) { $0 + x.values[$1] } / number
      let squares = places.reduce(0) { $0 + (x.values[$1] - mean) * (x.values[$1] - mean) }
      let root = 1 / (squares / number + 1e-5).squareRoot()
      statistics[name + ".running_mean", default: []].append(mean)
      statistics[name + ".running_var", default: []].append(squares / (number - 1))
      for place in places {
        y.values[place] = (x.values[place] - mean) * root * weight.values[c] + bias.values[c]
      }
      backward.append {
        let sum = places.reduce(0) { $0 + y.gradient[$1] }
        let product = places.reduce(0) { $0 + y.gradient[$1] * (x.values[$1] - mean) * root }
        (weight.gradient[c], bias.gradient[c]) = (product, sum)
        for place in places {
          let normed = (x.values[place] - mean) * root
          x.gradient[place] +=
            weight.values[c] * root * (y.gradient[place] - sum / number - normed * product / number)
        }
      }
    }
    return y
  }

  private func rectified(_ x: Variable) -> Variable {
    let y = Variable(x.shape, x.values.map { max(0, $0) })
    backward.append {
      for place in x.values.indices where x.values[place] > 0 { x.gradient[place] += y.gradient[place] }
    }
    return y
  }

  private func sum(_ a: Variable, _ b: Variable) -> Variable {
    let y = Variable(a.shape, zip(a.values, b.values).map(+))
    backward.append {
      for place in y.values.indices {
        a.gradient[place] += y.gradient[place]
        b.gradient[place] += y.gradient[place]
      }
    }
    return y
  }

  /// Of 3 × 3 pixels at stride 2; the first of equal ones gets the gradient.
  private func greatest(_ x: Variable) -> Variable {
    let y = Variable([x.shape[0], x.shape[1], (x.shape[2] + 1) / 2, (x.shape[3] + 1) / 2])
    for n in 0..<y.shape[0] {
      for c in 0..<y.shape[1] {
        for i in 0..<y.shape[2] * y.shape[3] {
          let (row, column) = (2 * (i / y.shape[3]), 2 * (i % y.shape[3]))
          let window = (row - 1...row + 1).flatMap { u in
            (column - 1...column + 1).filter { x.has(u, $0) }.map { x.place(n, c, u, $0) }
          }
          var best = window[0]
          for place in window where x.values[place] > x.values[best] { best = place }
          let place = y.place(n, c, row / 2, column / 2)
          y.values[place] = x.values[best]
          backward.append { [best] in x.gradient[best] += y.gradient[place] }
        }
      }
    }
    return y
  }

  private func mean(_ x: Variable) -> Variable {
    let (y, area) = (Variable(Array(x.shape[..<2])), x.shape[2] * x.shape[3])
    for place in x.values.indices { y.values[place / area] += x.values[place] / Double(area) }
    backward.append {
      for place in x.values.indices { x.gradient[place] += y.gradient[place / area] / Double(area) }
    }
    return y
  }

  private func product(_ x: Variable, _ w: Variable) -> Variable {
    let (rows, inner, columns) = (x.shape[0], w.shape[0], w.shape[1])
    let y = Variable([rows, columns])
    func forEach(_ body: (_ y: Int, _ x: Int, _ w: Int) -> Void) {
      for i in 0..<rows * columns * inner {
        let (row, column, k) = (i / inner / columns, i / inner % columns, i % inner)
        body(row * columns + column, row * inner + k, k * columns + column)
      }
    }
    forEach { y.values[$0] += x.values[$1] * w.values[$2] }
    backward.append {
      forEach {
        x.gradient[$1] += y.gradient[$0] * w.values[$2]
        w.gradient[$2] += y.gradient[$0] * x.values[$1]
      }
    }
    return y
  }
}
