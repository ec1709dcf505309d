import Declarations
import Encoders
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Files that are no weights")
struct ForeignWeightTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func says(_ path: String) -> String {
    sentence("encoder", Tiny.encoder("vit", ["weights": .string(path)]))
  }

  private func conversion(_ from: String, _ to: String) -> String {
    """
    python3 -c "import sys, torch, safetensors.torch as st; m = torch.load(sys.argv[1], map_location='cpu', \
    weights_only=False); m = m.state_dict() if hasattr(m, 'state_dict') else m.get('state_dict', m); \
    st.save_file({k: v.clone().contiguous() for k, v in m.items() if hasattr(v, 'shape')}, sys.argv[2])" \
    \(from) \(to)
    """
  }

  @Test("pickles are refused, by name or by content, with the line that converts them")
  func pickles() throws {
    let zip: [UInt8] = [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 60)
    let pickle: [UInt8] = [0x80, 2, 0x8a, 0x0a] + [UInt8](repeating: 0x6c, count: 60)
    let files: [(String, [UInt8], String)] = [
      ("w.pt", [], "w.safetensors"), ("w.PTH", zip, "w.safetensors"),
      ("pytorch_model.bin", pickle, "pytorch_model.safetensors"), ("w.x.ckpt", zip, "w.x.safetensors"),
      ("w.safetensors", zip, "w.converted.safetensors"), ("v.safetensors", pickle, "v.converted.safetensors"),
      ("archive", zip, "archive.safetensors"), ("w.npy", pickle, "w.safetensors"),
    ]
    for (name, bytes, target) in files {
      let path = try folder.write(bytes, name)
      #expect(
        says(path)
          == "\(path) is a Python pickle, which can run any code when it is loaded; if you trust the file, convert it once: "
          + conversion(path, "\(folder.path)/\(target)"))
    }
    let odd = try folder.write(zip, "it's $(mine).pt")
    #expect(
      says(odd).hasSuffix(
        #" '\#(folder.path)/it'\''s $(mine).pt' '\#(folder.path)/it'\''s $(mine).safetensors'"#))
  }

  @Test("the length of a safetensors header that looks like a pickle's or a zip's first bytes is none")
  func headersLikePickles() throws {
    let tensors = try WeightFiles.tensors(Tiny.visionTower.layout, prefix: "visual.")
    let bytes = WeightFiles.bytes(tensors)
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let wanted = (length / 0x600 + 1) * 0x10000 + 0x0280
    let padded = WeightFiles.bytes(
      header + String(repeating: " ", count: wanted - length), Array(bytes[(8 + length)...]))
    #expect(padded[0] == 0x80 && padded[1] == 2)
    let weights = JSONValue.string(try folder.write(padded, "padded.safetensors"))
    let plain = try folder.write(tensors)
    let found = try [weights, plain].map {
      try StagesTests.embed("encoder", Tiny.encoder("vit", ["weights": $0]))
    }
    #expect(found[0] == found[1])
  }

  @Test("files of another kind, and broken ones")
  func others() throws {
    let npy = try folder.write(Array("\u{93}NUMPY".utf8), "w.npy")
    #expect(says(npy) == "\(npy): weights are read only from .safetensors files; save them in this format")
    let text = try folder.write(Array("version https://git-lfs.github.com/spec/v1\n".utf8))
    #expect(says(text).contains("\(text): "))
    let empty = says(try folder.write([UInt8]()))
    #expect(empty.contains("fewer than 8 bytes"))
    var tensors = try WeightFiles.clip()
    for index in tensors.indices { tensors[index].name = "\(index)-" + tensors[index].name }
    let path = try folder.write(WeightFiles.bytes(tensors))
    let with = Tiny.clip.merging(["weights": .string(path)]) { $1 }
    #expect(sentence("clip", with).contains(" missing: "), "\(sentence("clip", with))")
  }
}
