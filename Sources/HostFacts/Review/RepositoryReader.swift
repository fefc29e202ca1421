internal import CEL

/// Reads the files of a review and sorts what is in them.
struct RepositoryReader {
  private let options: ReviewOptions
  private(set) var found: Found
  private(set) var fileCount = 0
  private(set) var missing: [String] = []

  /// Bytes of files that are kept until all are read.
  static let keptLimit = 64 << 20
  /// Parameters that are kept of the files of other programs, and those that these allow.
  static let mostStatements = 100_000

  private let paths: ReviewedPaths

  init(_ options: ReviewOptions, _ paths: ReviewedPaths) {
    self.options = options
    self.paths = paths
    found = Found(paths: paths)
  }

  /// What the files told.
  struct Found {
    /// What files are called in messages.
    fileprivate let names: ReviewedPaths
    var sysctls: [SysctlFile] = []
    /// Of all unit files, also those that only templates make.
    var units: [Units.File] {
      unitFiles
        + madeUnits.sorted { $0.key < $1.key }.map { Units.File(path: $0, content: $1.content) }
    }
    /// By the unit files that they make, templates.
    var templates: [String: String] { madeUnits.mapValues(\.template) }
    private var unitFiles: [Units.File] = []
    /// By their names, units that templates make, whether or not they are there themselves.
    private var unitsOfTemplates: [String: (template: String, content: [UInt8])] = [:]
    /// Those that are not there themselves, which only all files together tell.
    private var madeUnits: [String: (template: String, content: [UInt8])] {
      unitsOfTemplates.filter { !paths.contains($0.key) }
    }
    var statements: [SysctlStatement] = []
    /// Of templates, lines that are no assignments.
    var skipped: [SkippedSysctlLine] = []
    var allowances: [KubeletAllowance] = []
    var paths: Set<String> = []
    /// Files with comments for Sockwise in them.
    var commented: [String: [UInt8]] = [:]
    var unread: [Unreadable] = []
    /// Links that were not followed, and where they lead.
    var links: [(path: String, target: String)] = []
    /// Files that have lines of sysctl.d(5) among others.
    var mixed: [String] = []
    /// Files with values that are not written out, and how many.
    var templated: [(path: String, count: Int)] = []
    private var keptBytes = 0

    fileprivate init(paths: ReviewedPaths) { names = paths }

    /// What was noticed in single files, the first of it.
    private var noticesOfFiles: [Host.Notice] = []
    private static let mostNotices = 100

    var notices: [Host.Notice] {
      noticesOfFiles + [mixedNotice, templatesNotice, linksNotice].compactMap { $0 }
    }

    private var mixedNotice: Host.Notice? {
      guard !mixed.isEmpty else { return nil }
      let places = mixed.prefix(3).map { "'\(names.shown($0))'" }.joined(separator: ", ")
      let more = mixed.count > 3 ? " and \(mixed.count - 3) more files" : ""
      return .init(
        .info,
        "not judged, because other lines stand among those of kernel parameters: \(places)\(more)")
    }

    private var templatesNotice: Host.Notice? {
      guard !templated.isEmpty else { return nil }
      let count = templated.map(\.count).reduce(0, +)
      let places = templated.prefix(3).map { "'\(names.shown($0.path))'" }.joined(separator: ", ")
      let more = templated.count > 3 ? " and \(templated.count - 3) more files" : ""
      let what = count == 1 ? "1 setting is" : "\(count) settings are"
      return .init(
        .info, "\(what) written by templates or variables and not judged: \(places)\(more)")
    }

    private var linksNotice: Host.Notice? {
      guard !links.isEmpty else { return nil }
      let places = links.prefix(3).map { "'\(names.shown($0.path))' to '\($0.target)'" }
        .joined(separator: ", ")
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
          unitFiles.append(Units.File(path: path, content: []))
        }
      case .link(let target) where kind.isNamedByLinks(path):
        unitFiles.append(Units.File(path: path, linkTo: target))
      case .link(let target):
        links.append((path, target))
        guard kind == .sysctl else { return }
        paths.insert(path)
        let why = "it is a link to '\(target)', which is not there"
        sysctls.append(SysctlFile(path: path, content: .nothing(why)))
      case .bytes(let bytes) where kind == .sysctl && bytes.contains(0):
        // Each of its lines would be wrong.
        let why = Unreadable("'\(names.shown(path))' is no text: there are NUL bytes in it")
        unread.append(why)
        sysctls.append(SysctlFile(path: path, content: .unreadable(why)))
      case .bytes(let bytes):
        // A unit has braces and variables of its own.
        let mayBeTemplate =
          kind == .sysctl || kind == .conf
          || (kind == .unit && TemplateLines.nameOfResult(path) != nil)
        let lines = mayBeTemplate ? TemplateLines(bytes, path: path) : nil
        let text = kind == .conf ? FileKind.text(lines?.literal ?? bytes) : nil
        if text == .mixed { mixed.append(path) }
        guard text.map({ $0 == .sysctls }) ?? kind.mayMatter(bytes) else { return }
        read(path, kind, bytes, lines)
        keepComments(path, bytes)
      }
    }

    /// Keeps the bytes whose comments are read where there are findings: the path may lead elsewhere
    /// by then.
    private mutating func keepComments(_ path: String, _ bytes: [UInt8]) {
      guard FileKind.mentionsSockwise(bytes) else { return }
      if keep(bytes, "the comments of '\(names.shown(path))'") { commented[path] = bytes }
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
        unread.append(
          .init(
            "parameters of '\(names.shown(path))', because the files before it have \(most)"))
      }
    }

    private mutating func read(
      _ path: String, _ kind: FileKind, _ bytes: [UInt8], _ lines: TemplateLines?
    ) {
      switch kind {
      case .sysctl, .conf, .unit:
        guard keep(bytes, "'\(names.shown(path))'") else { return }
        paths.insert(path)
        if let lines, lines.count > 0 { templated.append((path, lines.count)) }
        if kind == .unit {
          if let name = TemplateLines.nameOfResult(path) {
            add(madeBy: path, unit: name, bytes)
          } else {
            unitFiles.append(Units.File(path: path, content: bytes))
          }
        } else if TemplateLines.nameOfResult(path) != nil || lines?.decides == true {
          read(path, literal: lines?.literal ?? bytes)
        } else {
          var file = SysctlFile(path: path, bytes: lines?.literal ?? bytes)
          file.isAlone = kind == .conf
          sysctls.append(file)
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
        case .yaml, .json:
          if let why = file.readYAML(shownAs: names.shown(path)) { unread.append(why) }
        case .grub: file.readGrub()
        case .tunedProfile: file.readTunedProfile()
        default: file.readDockerfile()
        }
        if file.isCut { tellOfMore(path, hasManyCommands: file.hasManyCommands) }
        add(file.statements, allowances: file.allowances, of: path)
        if skipped.count < ForeignFile.mostStatements { skipped += file.skipped }
        if noticesOfFiles.count < Self.mostNotices {
          noticesOfFiles += file.noticesOfAllowances(shownAs: names.shown(path))
        }
        if file.templated > 0 { templated.append((path, file.templated)) }
        if !file.statements.isEmpty || !file.skipped.isEmpty || file.templated > 0
          || !file.allowances.isEmpty
          || !file.refusedAllowances.isEmpty
        {
          paths.insert(path)
        }
      }
    }

    /// Of several templates of one unit, the first by name counts, in whichever order they are read.
    private mutating func add(madeBy template: String, unit: String, _ content: [UInt8]) {
      if let other = unitsOfTemplates[unit]?.template, other < template { return }
      unitsOfTemplates[unit] = (template, content)
    }

    private mutating func tellOfMore(_ path: String, hasManyCommands: Bool = false) {
      let why =
        hasManyCommands
        ? "which repeats long commands many times"
        : "which sets or allows more than \(ForeignFile.mostStatements) parameters"
      unread.append(.init("the rest of '\(names.shown(path))', \(why)"))
    }

    /// The lines of a template for sysctl.d that stand there as they are. Which of them a host gets is
    /// not known, so that each is judged by itself.
    private mutating func read(_ path: String, literal: [UInt8]) {
      let text = SysctlFileText(literal, path: path, dialect: .systemd)
      if text.statements.count > ForeignFile.mostStatements { tellOfMore(path) }
      add(text.statements.prefix(ForeignFile.mostStatements), of: path)
      if skipped.count < ForeignFile.mostStatements {
        skipped += text.skipped.filter(\.namesParameter)
      }
    }
  }

  /// Reads a file or a directory that was named.
  mutating func read(_ path: String) {
    var found = self.found
    self.found = Found(paths: paths)
    let filter = ReviewedFilter(options, paths)
    var walk = RepositoryWalk(paths, isWanted: filter.wants) { found.take($0, $1, $2) }
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
