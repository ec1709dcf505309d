import Declarations

/// What of a file does not fit a network.
package struct WeightProblems: Sendable, Equatable {
  package struct Misshaped: Sendable, Equatable {
    let name: String
    let found: [Int]
    let expected: [Int]
  }

  package var missing: [String] = []
  package var extra: [String] = []
  package var misshaped: [Misshaped] = []
  /// How many of the network's tensors the file has, of whatever shape, and what it has at all.
  let found: Int
  let names: [String]

  init(found: Int, names: [String]) {
    self.found = found
    self.names = names
  }

  var isEmpty: Bool { missing.isEmpty && extra.isEmpty && misshaped.isEmpty }
}

extension WeightProblems {
  /// Sizes are to blame where shapes differ, or whole blocks are missing or too many; else names are.
  fileprivate var advice: String {
    let beginnings = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    if found == 0 {
      return
        "rename the tensors by one of the known conventions, with or without a common prefix for each tower; "
        + (names.isEmpty ? "the file has no tensors" : "the file has \(beginnings)")
    }
    if !misshaped.isEmpty || hasBlocks(missing) != hasBlocks(extra) {
      return "set the encoder's sizes in the config to those of the file"
    }
    if missing.isEmpty { return "use a file that has only this network, or remove those tensors from it" }
    return "use a file of the whole network; this one has \(beginnings)"
  }

  private func hasBlocks(_ names: [String]) -> Bool {
    names.contains { name in name.split(separator: ".").contains { Int($0) != nil } }
  }
}

/// Why a file cannot give a network its weights.
package enum WeightFailure: Failure, Equatable {
  case unfit(path: String, naming: String, WeightProblems)
  /// What the names of each begin with.
  case severalNetworks(path: String, prefixes: [String])
  case notFinite(path: String, tensor: String)
  /// Numbers of 64 bits none of which float32 holds with all its digits, though they are not all zero.
  case belowFloat32(path: String, tensor: String, count: Int)
  /// A Python pickle, which runs code when it is read.
  case pickle(path: String)
  case notSafetensors(path: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unfit(let path, let naming, let problems):
      "\(path) does not fit this encoder (tensors named as by \(naming)): \(Self.describe(problems)); "
        + problems.advice
    case .severalNetworks(let path, let prefixes):
      "\(path) holds \(prefixes.count)\(prefixes.count < WeightReading.mostNetworks ? "" : " or more") networks that fit this encoder, and the config does not say which to use: their "
        + "tensors' names begin with \(firstFew(prefixes, separator: ", or ")); set `prefix` to that of the network to "
        + "use\(prefixes.contains("no prefix") ? " (\"\" for no prefix)" : ""), or keep one network in the file"
    case .belowFloat32(let path, let tensor, let count):
      "\(path): the tensor `\(tensor)` has only numbers that are too small for float32: \(counted(count, "number")) not "
        + "zero in the file, but below 1.2e-38, the smallest normal one; scale the weights up, or make the file again"
    case .notFinite(let path, let tensor):
      "\(path): the tensor `\(tensor)` has values that are infinite or not a number; make the file again"
    case .pickle(let path):
      "\(path) is a Python pickle, which can run any code when it is loaded; if you trust the file, convert it "
        + "once: \(Self.conversion(path))"
    case .notSafetensors(let path):
      "\(path): weights are read only from .safetensors files; save them in this format"
    }
  }

  private static func describe(_ problems: WeightProblems) -> String {
    let parts: [(String, [String])] = [
      ("missing", problems.missing), ("not expected", problems.extra),
      (
        "with the wrong shape",
        problems.misshaped.map { "\($0.name) is \($0.found), expected \($0.expected)" }
      ),
    ]
    return parts.filter { !$0.1.isEmpty }.map { title, names in
      "\(names.count) \(title): \(firstFew(names))"
    }.joined(separator: "; ")
  }

  private static func conversion(_ path: String) -> String {
    """
    python3 -c "import sys, torch, safetensors.torch as st; m = torch.load(sys.argv[1], map_location='cpu', \
    weights_only=False); m = m.state_dict() if hasattr(m, 'state_dict') else m.get('state_dict', m); \
    st.save_file({k: v.clone().contiguous() for k, v in m.items() if hasattr(v, 'shape')}, sys.argv[2])" \
    \(ShellCommand([path, target(path)]))
    """
  }

  /// `weights.safetensors` for `weights.pt`; never the file itself.
  private static func target(_ path: String) -> String {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return path + ".safetensors" }
    let isTaken = name[dot...].lowercased() == ".safetensors"
    return path[..<dot] + (isTaken ? ".converted.safetensors" : ".safetensors")
  }
}

/// The first six, and whether there are more.
func firstFew(_ names: [String], separator: String = ", ") -> String {
  names.prefix(6).joined(separator: separator) + (names.count > 6 ? separator + "…" : "")
}
