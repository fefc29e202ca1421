internal import CEL
internal import Glibc

/// Reads the files of a review and sorts what is in them.
struct RepositoryReader {
  private let options: ReviewOptions
  private(set) var found = Found()
  private(set) var fileCount = 0
  private(set) var missing: [String] = []

  /// Bytes of files that are kept until all are read.
  static let keptLimit = 64 << 20
  /// Parameters that are kept of the files of other programs, and those that these allow.
  static let mostStatements = 100_000

  init(_ options: ReviewOptions) { self.options = options }

  /// What the files told.
  struct Found {
    var sysctls: [SysctlFile] = []
    var units: [Units.File] = []
    var statements: [SysctlStatement] = []
    var allowances: [KubeletAllowance] = []
    var paths: Set<String> = []
    /// Files with comments for Sockwise in them.
    var commented: [String: [UInt8]] = [:]
    var unread: [Unreadable] = []
    /// Links that were not followed, and where they lead.
    var links: [(path: String, target: String)] = []
    /// Files with values that are not written out, and how many.
    var templated: [(path: String, count: Int)] = []
    private var keptBytes = 0

    var notices: [Host.Notice] { [templatesNotice, linksNotice].compactMap { $0 } }

    private var templatesNotice: Host.Notice? {
      guard !templated.isEmpty else { return nil }
      let count = templated.map(\.count).reduce(0, +)
      let places = templated.prefix(3).map { "'\($0.path)'" }.joined(separator: ", ")
      let more = templated.count > 3 ? " and \(templated.count - 3) more files" : ""
      let what = count == 1 ? "1 parameter is" : "\(count) parameters are"
      return .init(
        .info, "\(what) written by templates or variables and not judged: \(places)\(more)")
    }

    private var linksNotice: Host.Notice? {
      guard !links.isEmpty else { return nil }
      let places = links.prefix(3).map { "'\($0.path)' to '\($0.target)'" }.joined(separator: ", ")
      let more = links.count > 3 ? " and \(links.count - 3) more" : ""
      let what = links.count == 1 ? "1 link is" : "\(links.count) links are"
      return .init(
        .info, "\(what) not followed, to nothing or out of what is reviewed: \(places)\(more)")
    }

    fileprivate mutating func take(
      _ path: String, _ kind: FileKind, _ content: RepositoryWalk.Content
    ) {
      switch content {
      case .unreadable(let why):
        unread.append(why)
        if kind == .sysctl { sysctls.append(SysctlFile(path: path, content: .unreadable(why))) }
      case .mask:
        paths.insert(path)
        if kind == .sysctl {
          sysctls.append(SysctlFile(path: path, content: .nothing(nil)))
        } else if kind == .unit {
          units.append(Units.File(path: path, content: []))
        }
      case .link(let target):
        links.append((path, target))
        guard kind == .sysctl else { return }
        paths.insert(path)
        let why = "it is a link to '\(target)', which is not there"
        sysctls.append(SysctlFile(path: path, content: .nothing(why)))
      case .bytes(let bytes):
        guard kind.mayMatter(bytes) else { return }
        read(path, kind, bytes)
        keepComments(path, bytes)
      }
    }

    /// Keeps the bytes whose comments are read where there are findings: the path may lead elsewhere
    /// by then.
    private mutating func keepComments(_ path: String, _ bytes: [UInt8]) {
      guard holds(bytes, "sockwise:") else { return }
      if keep(bytes, "the comments of '\(path)'") { commented[path] = bytes }
    }

    /// Whether there is room for bytes that are kept; says so where there is not.
    private mutating func keep(_ bytes: [UInt8], _ what: String) -> Bool {
      let hasRoom = keptBytes + bytes.count <= RepositoryReader.keptLimit
      if hasRoom {
        keptBytes += bytes.count
      } else {
        let limit = RepositoryReader.keptLimit >> 20
        unread.append(.init("\(what), because the files before it have \(limit) MiB"))
      }
      return hasRoom
    }

    /// Keeps the parameters of a file, and those that it allows, as far as there is room.
    private mutating func add(
      _ more: some Collection<SysctlStatement>, allowances others: [KubeletAllowance] = [],
      of path: String
    ) {
      let most = RepositoryReader.mostStatements
      let isCut =
        statements.count + more.count > most || allowances.count + others.count > most
      statements += more.prefix(most - statements.count)
      allowances += others.prefix(most - allowances.count)
      if isCut {
        unread.append(.init("parameters of '\(path)', because the files before it have \(most)"))
      }
    }

    private mutating func read(_ path: String, _ kind: FileKind, _ bytes: [UInt8]) {
      switch kind {
      case .sysctl, .conf, .unit:
        guard keep(bytes, "'\(path)'") else { return }
        paths.insert(path)
        if kind == .unit {
          units.append(Units.File(path: path, content: bytes))
        } else if !Self.isTemplate(path) {
          sysctls.append(SysctlFile(path: path, bytes: bytes))
        } else {
          templated.append((path, 1))
        }
      case .tmpfiles:
        let most = ForeignFile.mostStatements
        let found = TmpfilesWrites.statements(bytes, path: path, atMost: most + 1)
        if found.count > most { tellOfMore(path) }
        add(found.prefix(most), of: path)
        if !found.isEmpty { paths.insert(path) }
      case .yaml, .json, .dockerfile, .grub, .tunedProfile:
        var file = ForeignFile(path: path, bytes: bytes)
        switch kind {
        case .yaml, .json: if let why = file.readYAML() { unread.append(why) }
        case .grub: file.readGrub()
        case .tunedProfile: file.readTunedProfile()
        default: file.readDockerfile()
        }
        if file.isCut { tellOfMore(path) }
        add(file.statements, allowances: file.allowances, of: path)
        if file.templated > 0 { templated.append((path, file.templated)) }
        if !file.statements.isEmpty || file.templated > 0 || !file.allowances.isEmpty {
          paths.insert(path)
        }
      }
    }

    private mutating func tellOfMore(_ path: String) {
      let most = ForeignFile.mostStatements
      unread.append(
        .init("the rest of '\(path)', which sets or allows more than \(most) parameters"))
    }

    /// Whether a template engine makes a file of sysctl.d out of it.
    private static func isTemplate(_ path: String) -> Bool {
      [".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".epp", ".mustache", ".in"]
        .contains { path.hasSuffix($0) }
    }
  }

  /// Reads a file or a directory that was named.
  mutating func read(_ path: String) {
    var found = self.found
    self.found = Found()
    let filter = Filter(options, start: path)
    var walk = RepositoryWalk(isWanted: filter.wants) { found.take($0, $1, $2) }
    do throws(RepositoryWalk.Start) {
      try walk.run(path)
    } catch {
      switch error {
      case .missing: missing.append(path)
      case .unreadable(let why): found.unread.append(why)
      }
    }
    fileCount += walk.fileCount
    self.found = found
  }
}

/// What patterns say of paths below one that was named.
private struct Filter {
  let include: [PathPattern]
  let exclude: [PathPattern]
  /// How long the beginning of a path is that stands for `prefix`.
  private let shownLength: Int
  /// The named path, relative to the directory of the patterns.
  private let prefix: String

  init(_ options: ReviewOptions, start: String) {
    include = options.include
    exclude = options.exclude
    shownLength = RepositoryWalk.shown(start).utf8.count
    let base = options.base.hasSuffix("/") ? options.base : options.base + "/"
    let resolved = Self.resolved(start) ?? start
    prefix = resolved.hasPrefix(base) ? String(resolved.dropFirst(base.count)) : ""
  }

  func wants(_ path: String) -> Bool {
    if include.isEmpty && exclude.isEmpty { return true }
    let rest = String(decoding: path.utf8.dropFirst(shownLength), as: UTF8.self)
    let relative = rest.isEmpty || rest.hasPrefix("/") ? prefix + rest : "\(prefix)/\(rest)"
    let name = relative.hasPrefix("/") ? String(relative.dropFirst()) : relative
    if exclude.contains(where: { $0.matches(name) }) { return false }
    return include.isEmpty || include.contains { $0.matches(name) }
  }

  /// A path without links, as realpath(3) has it.
  private static func resolved(_ path: String) -> String? {
    guard let pointer = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(pointer) }
    return unsafe String(cString: pointer)
  }
}
