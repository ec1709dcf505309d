import Contracts
import Declarations
import Encoders
import Foundation
import Kernels
import Stages
import Testing

/// Models of an earlier build are in stores: what they say of themselves, byte for byte, is understood for ever.
@Suite("Origins of stored models")
struct StoredOriginTests: TinyTraining {
  private static let clipText = #"""
    {"kind":"clip","network":{"metadata":{"preprocessing.mean":"[0.48145466,0.4578275,0.40821073]",\#
    "preprocessing.size":"16","preprocessing.std":"[0.26862954,0.26130258,0.27577711]",\#
    "text.activation":"quick-gelu","text.context":"16","text.embedding":"10","text.heads":"2","text.layers":"2",\#
    "text.norm_epsilon":"1e-05","text.vocabulary":"259","text.width":"8","tokenizer":"bytes",\#
    "vision.activation":"quick-gelu","vision.embedding":"10","vision.heads":"3","vision.image":"16",\#
    "vision.layers":"2","vision.norm_epsilon":"1e-05","vision.patch":"8","vision.width":"12"},"towers":{}},\#
    "seed":0,"stage":"clip","with":{"align":"procrustes","data":{"context":16,"count":24,"information":1,\#
    "kind":"shapes","mismatch":0,"normalize":"clip","objects":3,"seed":0,"size":16},"embedding":10,\#
    "text":{"context":16,"heads":2,"layers":2,"vocabulary":259,"width":8},\#
    "vision":{"heads":3,"image":16,"layers":2,"patch":8,"width":12},"weights":"random"}}
    """#

  private static let pairText = #"""
    {"kind":"dual-encoder","network":{"metadata":{"preprocessing.mean":"[0.48145466,0.4578275,0.40821073]",\#
    "preprocessing.size":"16","preprocessing.std":"[0.26862954,0.26130258,0.27577711]","tokenizer":"bytes"},\#
    "towers":{"x":{"architecture":"resnet18","embedding":10,"norm_epsilon":1e-05,"width":4},\#
    "y":{"activation":"quick-gelu","architecture":"sequence","context":16,"embedding":10,"heads":3,"layers":1,\#
    "norm_epsilon":1e-05,"pooling":"mean","vocabulary":259,"width":12}}},"seed":0,"stage":"rt",\#
    "with":{"align":"procrustes","data":{"context":16,"count":24,"information":1,"kind":"shapes","mismatch":0,\#
    "normalize":"clip","objects":3,"seed":0,"size":16},"embedding":10,\#
    "x":{"architecture":"resnet18","weights":"random","width":4},\#
    "y":{"architecture":"sequence","heads":3,"layers":1,"pooling":"mean","weights":"random","width":12}}}
    """#

  private static let videoText = #"""
    {"kind":"dual-encoder","network":{"metadata":{"preprocessing.mean":"[0.48145466,0.4578275,0.40821073]",\#
    "preprocessing.size":"16","preprocessing.std":"[0.26862954,0.26130258,0.27577711]","tokenizer":"bytes"},\#
    "towers":{"x":{"activation":"quick-gelu","architecture":"video","embedding":10,"frames":2,"heads":3,\#
    "image":16,"layers":1,"norm_epsilon":1e-05,"patch":8,"temporal_layers":1,"width":12},\#
    "y":{"activation":"gelu","architecture":"text","context":77,"embedding":10,"heads":2,"layers":1,\#
    "norm_epsilon":1e-05,"vocabulary":49408,"width":8}}},"seed":0,"stage":"vv",\#
    "with":{"align":"none","data":{"context":16,"count":24,"frames":2,"information":1,"kind":"moving-shapes",\#
    "mismatch":0,"normalize":"clip","objects":2,"seed":0,"size":16},"embedding":10,\#
    "x":{"architecture":"video","heads":3,"layers":1,"temporal_layers":1,"weights":"random","width":12},\#
    "y":{"activation":"gelu","architecture":"text","heads":2,"layers":1,"weights":"random","width":8}}}
    """#

  @Test(
    "a model says of itself what it did, and one that says so is trained",
    arguments: [clipText, pairText, videoText])
  func stored(_ text: String) throws {
    let origin = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    let with = try #require(origin["with"]?.object)
    let made = try run(
      .`init`, try #require(origin["kind"]?.string), with, id: try #require(origin["stage"]?.string))
    let fresh = try model(made)
    #expect(fresh.origin.canonical == text)
    let stored = Model(origin: origin, tensors: fresh.tensors, family: fresh.family)
    let trained = try train(.model(stored), ["steps": 2])
    #expect(try trained == train(made, ["steps": 2]))
    #expect(try model(trained).family != fresh.family)
    // As files, too.
    #expect(try ModelExport.files(of: try model(trained)).count == (text == Self.clipText ? 1 : 2))
  }

  @Test("an origin that is none is a sentence")
  func foreign() throws {
    var strange = try model(try clip())
    strange.origin = .object(["kind": "sphere", "with": .object([:])])
    let sentence = failure { try train(.model(strange)) }
    #expect(
      sentence
        == "the stored model says that it was made by `init` of kind `sphere`, but only these kinds make models: `clip`, "
        + "`dual-encoder`; compute the model again with --force")
    strange.origin = .object([
      "kind": "dual-encoder",
      "with": .object([
        "x": .object(["architecture": "perceiver"]), "y": .object(["architecture": "text"]),
        "data": Tiny.data("shapes"),
      ]),
    ])
    #expect(
      failure { try train(.model(strange)) }
        == "there is no architecture `perceiver`; set `architecture` to one of `resnet18`, `resnet50`, `vit`, "
        + "`text`, `sequence`, `video`")
  }
}
