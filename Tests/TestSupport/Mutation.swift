/// Flips bits, writes extreme bytes, cuts, doubles or removes a stretch.
package func mutate(_ file: [UInt8], _ numbers: inout TestNumbers) -> [UInt8] {
  var bytes = file
  for _ in 0..<Int.random(in: 1...4, using: &numbers) where !bytes.isEmpty {
    let place = Int.random(in: 0..<bytes.count, using: &numbers)
    let length = min(bytes.count - place, [1, 2, 4, 8].randomElement(using: &numbers) ?? 1)
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
    case 2: bytes[place] = .random(in: 0...255, using: &numbers)
    case 3: for index in place..<place + length { bytes[index] = 0xFF }
    case 4: for index in place..<place + length { bytes[index] = 0 }
    case 5: bytes.removeSubrange(place..<place + length)
    case 6: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
    default: if Int.random(in: 0..<4, using: &numbers) == 0 { bytes.removeLast(bytes.count - place) }
    }
  }
  return bytes
}
