import Declarations
import Files
import Foundation
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  @Test(
    .enabled(if: Outside.shared != nil, "needs the reference data (MODGAP_SHARED)"),
    arguments: [
      "tiny_clip.hf", "tiny_clip.io", "tiny_clip.openai", "tiny_clip.training_data", "tiny_resnet18",
      "tiny_resnet18.io",
    ])
  func theReferenceTensors(name: String) throws {
    let file = try SafetensorsFile((Outside.shared ?? "") + "/golden/\(name).safetensors")
    #expect(!file.names.isEmpty)
    for entry in file.entries {
      let tensor = try file.load(entry.name)
      #expect(tensor.shape == entry.shape)
      #expect(tensor.values.count == entry.shape.reduce(1, *))
      #expect(!tensor.values.contains { !$0.isFinite })
    }
  }
}
