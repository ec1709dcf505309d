import Contracts
import Declarations

/// `resnet18`, `resnet50`.
package struct ResNetArchitecture: TowerArchitecture {
  private let depth: ResNet.Depth

  package init(_ depth: ResNet.Depth) { self.depth = depth }

  package var name: String { "resnet\(depth.rawValue)" }
  package var parameters: [Parameter] { [TowerKeys.width(64), TowerKeys.projected, TowerKeys.normEpsilon] }
  package var items: InputKind { .numbers(shape: [3, 224, 224]) }
  package var projection: String { "projection" }
  package var optional: Set<String> { ["projection"] }
  package var namings: [WeightNaming] { [.torchvision] }

  package func make(_ keys: TowerKeys) throws -> any TrainableTower {
    ResNet(
      depth: depth, width: try keys.integer("width"), projection: keys["embedding"]?.integer,
      normEpsilon: try keys.number("norm_epsilon"))
  }

  /// As published, 3.6 and 8.2 GFLOP at 224 pixels a side and a width of 64, times the pixels and the square of the
  /// width. Source: He et al. 2016, Table 1.
  package func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double? {
    guard case .numbers(let shape)? = items, shape.count == 3 else { return nil }
    let pixels = Double(shape[1]) * Double(shape[2]) / (224 * 224)
    let scale = Double(try keys.integer("width")) / 64
    return (depth == .eighteen ? 3.6e9 : 8.2e9) * pixels * scale * scale
  }
}
