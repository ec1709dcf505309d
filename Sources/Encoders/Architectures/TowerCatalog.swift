import Contracts

/// The architectures that configs may name.
package struct TowerCatalog: Sendable {
  package let architectures: [any TowerArchitecture]

  package init(_ architectures: [any TowerArchitecture]) { self.architectures = architectures }

  package subscript(_ name: String) -> (any TowerArchitecture)? {
    architectures.first { $0.name.isExactly(name) }
  }
}

/// Every architecture this program has: a new one is a file in this target and a line here.
package let towerCatalog = TowerCatalog([
  ResNetArchitecture(.eighteen),
  ResNetArchitecture(.fifty),
  VisionArchitecture(),
  TextArchitecture(),
  SequenceArchitecture(),
  VideoArchitecture(),
])
