import Datasets
import Foundation
import Testing

/// What a resize reads of a row that ends where the process's memory does.
@Suite struct ResamplerTests {
  /// Bytes before a page that may not be touched.
  private func withLastBytes(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Void) throws {
    let page = Int(getpagesize())
    let size = (count + page - 1) / page * page
    let map = mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let base = try #require(map == MAP_FAILED ? nil : map)
    defer { munmap(base, size + page) }
    #expect(mprotect(base + size, page, PROT_NONE) == 0)
    body((base + size - count).assumingMemoryBound(to: UInt8.self))
  }

  @Test(arguments: [ResizeFilter.bicubic, .bilinear], [33, 1000, 5003, 20_990])
  func noMoreThanItsPaddingIsRead(filter: ResizeFilter, width: Int) throws {
    let plan = ResizePlan(width: 32, height: 2, columns: 0..<32, rows: 0..<2)
    try withLastBytes(4 * width + Resampler.padding) { row in
      var resampler = Resampler(width: width, height: 2, plan: plan, filter: filter)
      for index in 0..<2 { resampler.push(row, index: index) }
    }
  }
}
