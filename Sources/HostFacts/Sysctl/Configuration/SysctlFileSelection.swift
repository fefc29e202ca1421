internal import CEL

/// Which files of one tree a program reads, and in which order.
///
/// Only names that end in `.conf`; of files with the same name only the one in the first directory of
/// sysctl.d(5); those that are left by name, byte by byte, whatever their directory.
struct SysctlFileSelection: Sendable {
  /// In the order of reading.
  private(set) var read: [SysctlFile] = []
  private(set) var unread: [UnreadSysctlFile] = []

  /// When `/etc/sysctl.conf` is read.
  enum SysctlConf: Hashable, Sendable {
    /// Not at boot: systemd does not know it.
    case never
    /// Where a link to it in sysctl.d says, which is among the files.
    case whereLinked
    /// As systemd does where a distribution has the link `99-sysctl.conf` in `/etc/sysctl.d`, such as
    /// Debian 12, Ubuntu and Fedora.
    case asLink
    /// As procps does.
    case last
  }

  init(_ files: [SysctlFile], dialect: SysctlDialect, sysctlConf: SysctlConf) {
    // By bytes: equal strings may be different names.
    var chosen: [[UInt8]: (directory: Int, file: SysctlFile)] = [:]
    var last: SysctlFile?
    for file in files {
      var name = file.name
      var directory = file.place.directory
      if directory == nil {
        switch sysctlConf {
        case .last: last = file
        case .never:
          leave(file, dialect, "no program reads '/etc/sysctl.conf' at boot here")
        case .whereLinked: break
        case .asLink: (name, directory) = ("99-sysctl.conf", 0)
        }
      }
      guard let directory else { continue }
      if let why = Self.whySkipped(name, dialect) {
        if !Self.isPutAside(name) { leave(file, dialect, why) }
      } else if chosen[Array(name.utf8)].map({ directory < $0.directory }) ?? true {
        chosen[Array(name.utf8)] = (directory, file)
      }
    }
    read = chosen.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value.file)
    if let last { read.append(last) }
    for file in read {
      if case .nothing(let why?) = file.content { leave(file, dialect, why) }
    }
    unread.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Why a name is not read; nil where it is.
  static func whySkipped(_ name: Substring, _ dialect: SysctlDialect) -> String? {
    guard name.utf8.count >= 5, name.hasSuffix(".conf") else {
      return "its name does not end in '.conf'"
    }
    // procps reads them.
    if name.utf8.first == UInt8(ascii: "."), dialect == .systemd {
      return "systemd-sysctl passes over names that begin with a dot"
    }
    return nil
  }

  /// Whether a name says that the file is not meant to be read.
  static func isPutAside(_ name: Substring) -> Bool {
    let lower = name.utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    let parts = lower.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    return lower.starts(with: "readme".utf8) || lower.last == UInt8(ascii: "~")
      || parts.contains(where: asideParts.contains)
      || parts.dropFirst().last.map(asideSuffixes.contains) == true
      || parts.dropFirst().contains { ofPackageManagers.contains(where: $0.hasPrefix) }
  }

  /// After a dot, at the end of a name.
  private static let asideSuffixes = ["swp", "md", "rst", "license", "j2", "erb"]
  /// Between dots, or between one and an end of the name.
  private static let asideParts = [
    "bak", "backup", "disabled", "off", "orig", "old", "save", "example", "sample", "template",
    "tmpl", "tpl", "in", "new",
  ]
  /// What follows after a dot in the names of files that dpkg, rpm and ucf leave.
  private static let ofPackageManagers = ["dpkg-", "rpm", "ucf-"]

  private mutating func leave(_ file: SysctlFile, _ dialect: SysctlDialect, _ why: String) {
    var result = UnreadSysctlFile(
      path: file.path, reason: why, validAssignments: 0,
      location: SourceLocation(path: file.path, line: 1))
    if case .bytes(let bytes) = file.content {
      let valid = SysctlFileText(bytes, path: file.path, dialect: dialect).statements
        .filter { $0.value != nil && $0.key.mayExist }
      result.validAssignments = valid.count
      if let first = valid.first { result.location = first.location }
    }
    unread.append(result)
  }
}

extension SysctlKey {
  /// Whether it begins as the names of kernel parameters do.
  var mayExist: Bool {
    let parts = path.split(separator: UInt8(ascii: "/"))
    guard parts.count > 1, let first = parts.first, !path.contains(where: isBlank) else {
      return false
    }
    return Self.isTopDirectory(first)
  }

  static func isTopDirectory(_ name: ArraySlice<UInt8>) -> Bool {
    topDirectories.contains(String(decoding: name, as: UTF8.self))
  }

  /// Directories of `/proc/sys`.
  private static let topDirectories: Set<String> = [
    "abi", "crypto", "debug", "dev", "fs", "kernel", "net", "sunrpc", "user", "vm", "xen",
  ]
}
