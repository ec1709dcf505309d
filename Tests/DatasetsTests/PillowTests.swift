import Contracts
import Datasets
import Foundation
import TestSupport
import Testing

/// Every kind of picture, decoded, turned, resized and cut as Pillow does it.
@Suite(.serialized) struct PillowTests {
  /// Writes pictures `name.png`/`name.jpg`, and beside each what Pillow makes of it: `name.rgb`, and resized
  /// with the shorter side at 24 and cut, `name.bicubic` and `name.bilinear`.
  private static let script = """
    import io, random, struct, sys, zlib
    from PIL import Image, ImageOps
    folder = sys.argv[1]
    rng = random.Random(0)

    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))

    def passes(w, h, interlaced):
        if not interlaced: return [(0, 0, 1, 1)]
        return [(0,0,8,8), (4,0,8,8), (0,4,4,8), (2,0,4,4), (0,2,2,4), (1,0,2,2), (0,1,1,2)]

    def png(w, h, depth, kind, sample, interlaced=False, extra=b''):
        channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
        raw = b''
        for x0, y0, dx, dy in passes(w, h, interlaced):
            if x0 >= w: continue
            for y in range(y0, h, dy):
                bits = ''
                for x in range(x0, w, dx):
                    for c in range(channels): bits += format(sample(x, y, c), '0%db' % depth)
                bits += '0' * (-len(bits) % 8)
                raw += b'\\0' + int(bits, 2).to_bytes(len(bits) // 8, 'big')
        header = struct.pack('>IIBBBBB', w, h, depth, kind, 0, 0, int(interlaced))
        return (b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', header) + extra + chunk(b'IDAT', zlib.compress(raw))
            + chunk(b'IEND', b''))

    def noise(depth):
        top = (1 << depth) - 1
        table = {}
        def sample(x, y, c):
            if (x, y, c) not in table:
                smooth = (x * 5 + y * 3 + c * 11) % 64 / 63
                table[x, y, c] = int(top * (0.5 * smooth + 0.5 * rng.random()))
            return table[x, y, c]
        return sample

    files = {}
    w, h = 53, 37
    for kind, depths in [(0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))]:
        for depth in depths:
            for interlaced in (False, True):
                palette = bytes(rng.randrange(256) for _ in range(3 << depth)) if kind == 3 else b''
                extra = chunk(b'PLTE', palette) if kind == 3 else b''
                name = 'k%d_%d_%s' % (kind, depth, 'adam7' if interlaced else 'plain')
                files[name + '.png'] = png(w, h, depth, kind, noise(depth), interlaced, extra)
                if kind == 3:
                    alpha = chunk(b'tRNS', bytes(rng.randrange(256) for _ in range(1 << depth)))
                    files[name + '_t.png'] = png(w, h, depth, kind, noise(depth), interlaced, extra + alpha)
    files['key_grey.png'] = png(w, h, 8, 0, lambda x, y, c: (x + y) % 7 * 30, extra=chunk(b'tRNS', b'\\0\\x1e'))
    files['key_rgb.png'] = png(
        w, h, 8, 2, lambda x, y, c: 10 if x % 3 else x * 4, extra=chunk(b'tRNS', b'\\0\\x0a' * 3))

    rgb = Image.open(io.BytesIO(files['k2_8_plain.png'])).resize((61, 43), Image.BICUBIC)
    def jpeg(image, **options):
        out = io.BytesIO(); image.save(out, 'JPEG', **options); return out.getvalue()
    for name, image, options in [
        ('grey', rgb.convert('L'), {}), ('s444', rgb, dict(subsampling=0, quality=95)),
        ('s422', rgb, dict(subsampling=1)), ('s420', rgb, dict(subsampling=2)),
        ('progressive', rgb, dict(progressive=True, quality=90)), ('cmyk', rgb.convert('CMYK'), {}),
        ('restart', rgb, dict(restart_marker_blocks=2)), ('greyprog', rgb.convert('L'), dict(progressive=True)),
    ]:
        files['j_%s.jpg' % name] = jpeg(image, **options)
    cmyk = files['j_cmyk.jpg']
    place = cmyk.find(b'Adobe')
    files['j_ycck.jpg'] = cmyk[:place + 11] + b'\\x02' + cmyk[place + 12:]
    for turn in range(1, 9):
        exif = Image.Exif(); exif[274] = turn
        files['turn%d.jpg' % turn] = jpeg(rgb, quality=95, exif=exif)
        little = b'II*\\0\\x08\\0\\0\\0\\x01\\0\\x12\\x01\\x03\\0\\x01\\0\\0\\0' + bytes([turn]) + b'\\0' * 7
        files['turn%d_png.png' % turn] = png(w, h, 8, 2, noise(8), extra=chunk(b'eXIf', little))
    for size in [(24, 24), (24, 400), (5, 9), (300, 25), (201, 202)]:
        files['size%dx%d.png' % size] = png(size[0], size[1], 8, 2, noise(8))

    for name, data in files.items():
        path = folder + '/' + name
        open(path, 'wb').write(data)
        image = ImageOps.exif_transpose(Image.open(path))
        if image.mode in ('LA', 'RGBA') or 'transparency' in image.info:
            image = image.convert('RGBA')
            white = Image.new('RGBA', image.size, 'white')
            image = Image.alpha_composite(white, image)
        if image.mode.startswith('I'):
            wide = image
            image = Image.new('L', wide.size)
            image.putdata([value >> 8 for value in wide.getdata()])
        image = image.convert('RGB')
        open(path + '.rgb', 'wb').write(struct.pack('<II', *image.size) + image.tobytes())
        short = min(image.size)
        side = lambda s: 24 if s == short else int(24 * s / short)
        for filter in ('bicubic', 'bilinear'):
            small = image.resize((side(image.size[0]), side(image.size[1])), getattr(Image, filter.upper()))
            left, top = (int(round((s - 24) / 2.0)) for s in small.size)
            small = small.crop((left, top, left + 24, top + 24))
            open(path + '.' + filter, 'wb').write(struct.pack('<II', *small.size) + small.tobytes())
    """

  @Test(.enabled(if: Outside.pillow != nil, "needs a Python with Pillow 11.3 to 12 (MODGAP_PYTHON)"))
  func agreesWithPillow() throws {
    try withFolder { folder in
      let made = try #require(Outside.run(Outside.pillow ?? "", ["-c", Self.script, folder]))
      try #require(made.status == 0, "\(made.output)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      let pictures = names.filter { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }.sorted()
      #expect(pictures.count == 70)
      for name in pictures {
        let path = folder + "/" + name
        #expect(try distance(ImageFile(path).decode(), path + ".rgb") == 0, "\(name)")
        for filter in ResizeFilter.allCases {
          let transform = ImageTransform(size: 24, filter: filter)
          let apart = try distance(ImageFile(path).pixels(transform), path + "." + filter.rawValue)
          #expect(apart == 0, "\(name), \(filter.rawValue)")
        }
      }
    }
  }

  /// The largest difference of a channel; 999 where the sizes differ.
  private func distance(_ image: PixelImage, _ path: String) throws -> Int {
    let bytes = try contents(path)
    let width = Int(bytes[0]) + 256 * Int(bytes[1])
    let height = Int(bytes[4]) + 256 * Int(bytes[5])
    guard image.width == width, image.height == height else { return 999 }
    var most = 0
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          let expected = Int(bytes[8 + 3 * (y * width + x) + channel])
          most = max(most, abs(Int(image[x, y][channel]) - expected))
        }
      }
    }
    return most
  }
}
