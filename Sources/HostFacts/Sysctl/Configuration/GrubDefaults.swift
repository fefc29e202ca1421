/// The kernel's command line that an image will boot with, as far as `/etc/default/grub` and the files
/// of `grub.d` beside it say: grub-mkconfig(8) reads them in this order.
enum GrubDefaults {
  private static let path = "/etc/default/grub"
  /// Bytes of a file that are read.
  private static let longestFile = 1 << 20
  private static let mostFiles = 100

  static func statements(_ root: HostRoot) -> [SysctlStatement] {
    let names = ((try? root.names("\(path).d")) ?? []).filter { $0.hasSuffix(".cfg") }.sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    return ([path] + names.prefix(mostFiles).map { "\(path).d/\($0)" }).flatMap { path in
      guard let bytes = root.bytes(path, limit: longestFile).value else {
        return [SysctlStatement]()
      }
      var file = ForeignFile(path: path, bytes: bytes)
      file.readGrub()
      return file.statements
    }
  }
}
