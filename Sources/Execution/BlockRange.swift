/// The half-open range that block `index` covers when `count` items are cut into blocks of `size`.
package func blockRange(_ index: Int, size: Int, count: Int) -> Range<Int> {
  index * size..<min(count, (index + 1) * size)
}

/// How many blocks of `size` cover `count` items.
package func blockCount(_ count: Int, size: Int) -> Int { (count + size - 1) / size }
