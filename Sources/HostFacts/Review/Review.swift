internal import CEL

/// What to review.
public struct ReviewOptions: Sendable {
  /// Files and directories, as they were named.
  public var paths: [String]
  /// What names and values are judged for; none stands for every supported series.
  public var kernels: [KernelVersion]
  /// Only files that match one of these; all where it is empty.
  public var include: [PathPattern]
  public var exclude: [PathPattern]
  /// The directory that the patterns are relative to, as realpath(3) has it.
  public var base: String
  /// Keys that rules look up in `sysctl_raw`.
  public var rawKeys: [String]

  public init(
    paths: [String], kernels: [KernelVersion] = [], include: [PathPattern] = [],
    exclude: [PathPattern] = [], base: String = "/", rawKeys: [String] = []
  ) {
    self.paths = paths
    self.kernels = kernels
    self.include = include
    self.exclude = exclude
    self.base = base
    self.rawKeys = rawKeys
  }
}

/// Bare files, such as those of a repository, and what they would set on a host.
public struct Review: Sendable {
  /// By directory, what each tree of sysctl.d sets.
  let trees: [(tree: String, configuration: SysctlConfiguration)]
  /// What is set elsewhere.
  let statements: SysctlConfiguration
  /// By the directories that are the roots of their trees.
  let units: [(root: String, units: PartialList<Unit>)]
  let rawKeys: [String]
  /// The kernels that names and values are judged for.
  public let kernels: [KernelVersion]
  /// What files are called.
  public let paths: ReviewedPaths
  /// The files that told something, sorted, as messages call them.
  public let files: [String]
  /// By the names of unit files that templates make, the templates.
  private let templates: [String: String]
  /// How many files were looked at, by name at least.
  public let fileCount: Int
  /// Why files, or a part of one, could not be read.
  public let unread: [Unreadable]
  /// Paths that were named and are not there.
  public let missing: [String]
  public let notices: [Host.Notice]
  private let commented: [String: [UInt8]]

  /// The series that are considered where none is named.
  public static let supportedKernels = SysctlConfiguration.supportedKernels

  /// What is said of a kernel parameter that no file sets. It is no gap of the review.
  public static let notSet = "not set in the reviewed files"
  /// What is said of a fact that files cannot tell. It is no gap of the review either.
  public static let notOfFiles = "only a host has it"

  /// Reads the files. What cannot be read is among `unread`, what is not there among `missing`.
  public static func read(_ options: ReviewOptions) -> Review {
    let paths = ReviewedPaths(options.paths)
    var reader = RepositoryReader(options, paths)
    for path in options.paths { reader.read(path) }
    return Review(reader, options, paths)
  }

  private init(_ reader: RepositoryReader, _ options: ReviewOptions, _ paths: ReviewedPaths) {
    self.paths = paths
    let found = reader.found
    kernels = options.kernels.isEmpty ? SysctlConfiguration.supportedKernels : options.kernels
    rawKeys = options.rawKeys
    units = Units.trees(of: found.units)
    let commands = Self.commands(of: units.flatMap(\.units.elements))
    let most = SysctlBoot.mostStatements
    trees = SysctlConfiguration.trees(
      of: found.sysctls, images: Self.images(among: found.sysctls, paths), kernels: kernels)
    statements = SysctlConfiguration(
      statements: found.statements + commands.prefix(most), skipped: found.skipped,
      kernels: kernels, allowances: KubeletAllowances(found.allowances))
    templates = found.templates
    files = found.paths.map(paths.shown).sorted()
    fileCount = reader.fileCount
    unread =
      found.unread
      + (commands.count > most
        ? [Unreadable("commands of units that set more than \(most) parameters")] : [])
    commented = Dictionary(
      found.commented.map { (paths.shown($0), $1) }, uniquingKeysWith: { first, _ in first })
    missing = reader.missing
    notices = found.notices
  }

  /// Trees of reviewed files that are images, and who reads their files.
  private static func images(among files: [SysctlFile], _ paths: ReviewedPaths)
    -> [Substring: (SysctlDialect, SysctlFileSelection.SysctlConf)]
  {
    var images: [Substring: (SysctlDialect, SysctlFileSelection.SysctlConf)] = [:]
    for (tree, files) in Dictionary(grouping: files, by: { $0.place.tree })
    where files.contains(where: { $0.place.directory != SysctlFile.directories.count }) {
      let root = HostRoot(paths.absolute(ofName: String(tree)))
      let isImage = ["/etc/os-release", "/usr/lib/os-release"].contains { path in
        (try? root.status(path)) != nil
      }
      guard isImage else { continue }
      let dialect = SysctlSources.dialect(of: root)
      let inImage = files.filter { $0.place.directory != nil }.map { file in
        SysctlFile(path: "/" + file.path.dropFirst(tree.count), content: file.content)
      }
      let isLinked = SysctlSources.hasLinkToSysctlConf(inImage, root)
      images[tree] = (dialect, dialect.isProcps ? .last : isLinked ? .whereLinked : .never)
    }
    return images
  }

  /// Kernel parameters that programs of units set.
  private static func commands(of units: [Unit]) -> [SysctlStatement] {
    var commands = UnitSysctlCommands()
    for command in units.flatMap(\.commands) {
      commands.add(
        program: command.program, arguments: Array(command.arguments.dropFirst()),
        location: command.location, sourceText: "\(command.setting)=\(command.text)",
        setting: command.setting, ignoresFailure: command.ignoresFailure)
    }
    return commands.statements
  }
}

extension Review {
  /// The path of a file as reports show it.
  ///
  /// - Parameter name: as facts have it.
  public func shown(_ name: String) -> String { paths.shown(templates[name] ?? name) }

  /// The bytes of a reviewed file as they were read, for the comments in it; nil where it has none for
  /// Sockwise.
  ///
  /// - Parameter path: as reports show it.
  public func comments(inFile path: String) -> [UInt8]? { commented[path] }

  /// The files that have such comments.
  public var commentedFiles: [String] { commented.keys.sorted() }
}
