internal import CEL

/// Reads the files of a review and sorts what is in them.
struct RepositoryReader {
  private let options: ReviewOptions
  private(set) var found = Found()
  private(set) var fileCount = 0
  private var skipped: Set<String> = []

  /// Bytes of files that are kept until all are read.
  static let keptLimit = 64 << 20
  /// How many reasons are told of one by one.
  static let mostReasons = 20

  init(_ options: ReviewOptions) { self.options = options }

  /// What the files told.
  struct Found {
    var sysctls: [SysctlFile] = []
    var units: [Units.File] = []
    var statements: [SysctlStatement] = []
    var allowedUnsafe: Set<String> = []
    var paths: Set<String> = []
    var unread: [Unreadable] = []
    /// Files with values that are not written out, and how many.
    var templated: [(path: String, count: Int)] = []
    private var keptBytes = 0

    var notices: [Host.Notice] {
      guard !templated.isEmpty else { return [] }
      let count = templated.map(\.count).reduce(0, +)
      let places = templated.prefix(3).map { "'\($0.path)'" }.joined(separator: ", ")
      let more = templated.count > 3 ? " and \(templated.count - 3) more files" : ""
      let what = count == 1 ? "1 parameter is" : "\(count) parameters are"
      return [
        .init(
          .info, "\(what) written by templates or variables and not judged: \(places)\(more)")
      ]
    }

    fileprivate mutating func take(
      _ path: String, _ kind: FileKind, _ content: RepositoryWalk.Content
    ) {
      switch content {
      case .unreadable(let why):
        unread.append(why)
        if kind == .sysctl { sysctls.append(SysctlFile(path: path, content: .unreadable(why))) }
      case .link(let target):
        paths.insert(path)
        let isMask = target == "/dev/null"
        if kind == .sysctl {
          let why = isMask ? nil : "it is a link to '\(target)', which is not there"
          sysctls.append(SysctlFile(path: path, content: .nothing(why)))
        } else if kind == .unit, isMask {
          units.append(Units.File(path: path, content: []))
        }
      case .bytes(let bytes):
        guard kind.mayMatter(bytes) else { return }
        read(path, kind, bytes)
      }
    }

    private mutating func read(_ path: String, _ kind: FileKind, _ bytes: [UInt8]) {
      switch kind {
      case .sysctl, .conf, .unit:
        guard keptBytes + bytes.count <= RepositoryReader.keptLimit else {
          unread.append(
            .init("'\(path)' was not read: more than \(RepositoryReader.keptLimit) bytes of files"))
          return
        }
        keptBytes += bytes.count
        paths.insert(path)
        if kind == .unit {
          units.append(Units.File(path: path, content: bytes))
        } else if !Self.isTemplate(path) {
          sysctls.append(SysctlFile(path: path, bytes: bytes))
        } else {
          templated.append((path, 1))
        }
      case .yaml, .dockerfile, .grub:
        var file = ForeignFile(path: path, bytes: bytes)
        switch kind {
        case .yaml: if let why = file.readYAML() { unread.append(why) }
        case .grub: file.readGrub()
        default: file.readDockerfile()
        }
        statements += file.statements
        allowedUnsafe.formUnion(file.allowedUnsafe)
        if file.templated > 0 { templated.append((path, file.templated)) }
        if !file.statements.isEmpty || file.templated > 0 { paths.insert(path) }
      }
    }

    /// Whether a template engine makes a file of sysctl.d out of it.
    private static func isTemplate(_ path: String) -> Bool {
      [".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".epp", ".mustache", ".in"]
        .contains { path.hasSuffix($0) }
    }
  }

  mutating func read(_ path: String) throws(Review.Failure) {
    var found = self.found
    self.found = Found()
    let options = options
    var walk = RepositoryWalk(
      isWanted: { Self.isWanted($0, options) }, take: { found.take($0, $1, $2) })
    do throws(RepositoryWalk.Start) {
      try walk.run(path)
    } catch {
      switch error {
      case .missing: throw Review.Failure(description: "there is no '\(path)'")
      case .unreadable(let why): found.unread.append(why)
      }
    }
    fileCount += walk.fileCount
    skipped.formUnion(walk.skippedDirectories)
    self.found = found
  }

  private static func isWanted(_ path: String, _ options: ReviewOptions) -> Bool {
    if options.include.isEmpty && options.exclude.isEmpty { return true }
    let relative = path.hasPrefix(options.base) ? String(path.dropFirst(options.base.count)) : path
    if options.exclude.contains(where: { $0.matches(relative) }) { return false }
    return options.include.isEmpty || options.include.contains { $0.matches(relative) }
  }
}
