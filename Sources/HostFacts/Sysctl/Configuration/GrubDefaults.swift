/// The kernel's command line that an image will boot with, as far as `/etc/default/grub` and the files
/// of `grub.d` beside it say: grub-mkconfig(8) reads them in this order, as a shell does. What a file
/// assigns to a variable takes the place of what one before it did, unless it names the variable.
struct GrubDefaults {
  private(set) var statements: [SysctlStatement] = []
  /// Why there may be more, or others; nil where there are not.
  private(set) var gap: Unreadable?

  private static let path = "/etc/default/grub"
  /// Bytes of a file that are read.
  private static let longestFile = 1 << 20
  private static let mostFiles = 100

  /// What a variable holds.
  private struct Value {
    var statements: [SysctlStatement] = []
    var gap: Unreadable?
  }

  init(_ root: HostRoot) {
    var values: [ForeignFile.GrubVariable: Value] = [:]
    for path in [Self.path] + dropIns(root) {
      switch root.bytes(path, limit: Self.longestFile) {
      case .value(let bytes, _): read(path, bytes, &values)
      case .absent: continue
      case .unavailable(let why): gap = gap ?? why
      }
    }
    // grub-mkconfig's 10_linux puts them into this order; the kernel takes the last of a parameter.
    for variable in ForeignFile.GrubVariable.allCases {
      statements += values[variable]?.statements ?? []
      gap = gap ?? values[variable]?.gap
    }
  }

  private mutating func dropIns(_ root: HostRoot) -> [String] {
    let directory = "\(Self.path).d"
    var names: [String] = []
    do throws(ReadFailure) {
      names = try root.names(directory).filter { $0.hasSuffix(".cfg") && !$0.hasPrefix(".") }
    } catch {
      if !error.isAbsence { gap = gap ?? error.unreadable(directory) }
    }
    if names.count > Self.mostFiles {
      gap = gap ?? .init("'\(directory)' has more than \(Self.mostFiles) files")
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return names.prefix(Self.mostFiles).map { "\(directory)/\($0)" }
  }

  private mutating func read(
    _ path: String, _ bytes: [UInt8], _ values: inout [ForeignFile.GrubVariable: Value]
  ) {
    var file = ForeignFile(path: path, bytes: bytes)
    for assignment in file.readGrub() {
      var value = assignment.keepsEarlier ? values[assignment.variable] ?? Value() : Value()
      value.statements += file.statements[assignment.statements]
      if !assignment.isWhole {
        value.gap =
          value.gap
          ?? .init(
            "'\(path)':\(assignment.line): what variables, commands or other lines write is not known"
          )
      }
      values[assignment.variable] = value
    }
    if file.isCut {
      gap = gap ?? .init("'\(path)' sets more than \(ForeignFile.mostStatements) parameters")
    }
  }
}
