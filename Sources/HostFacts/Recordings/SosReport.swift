internal import CEL

/// What an unpacked report of sos(1) tells of a running host in another form than `/proc` has: what
/// commands printed. Its files are those of a root directory.
///
/// sos runs as root on the host, so that what it prints is PID 1's network namespace's.
public struct SosReport: Sendable {
  /// Files of `/proc` that its commands stand for, with the place where each was found.
  private let files: [String: (content: [UInt8], location: SourceLocation)]
  private let directories: Set<String>

  static let sysctls = "/sos_commands/kernel/sysctl_-a"
  /// A link to what pstree(1) printed.
  static let processes = "/pstree"

  /// Nil where the directory is no such report.
  static func read(_ root: HostRoot) -> SosReport? {
    guard case .value(let bytes, _) = root.bytes(sysctls, limit: 8 << 20) else { return nil }
    var files = parameters(String(decoding: bytes, as: UTF8.self))
    var directories: Set<String> = []
    if let name = root.text(processes, limit: 8 << 20).value.flatMap(firstProcess) {
      files["/proc/1/comm"] = (
        Array(name.utf8) + [UInt8(ascii: "\n")],
        SourceLocation(path: processes, line: 1, column: 1)
      )
      // As sd_booted(3) finds it.
      if name == "systemd" { directories.insert("/run/systemd/system") }
    }
    return SosReport(files, directories)
  }

  private init(
    _ files: [String: (content: [UInt8], location: SourceLocation)], _ others: Set<String>
  ) {
    self.files = files
    var directories = others
    for path in files.keys {
      var rest = Substring(path)
      while let slash = rest.lastIndex(of: "/"), slash != rest.startIndex {
        rest = rest[..<slash]
        guard directories.insert(String(rest)).inserted else { break }
      }
    }
    self.directories = directories
  }

  /// What `sysctl -a` prints: `net.ipv4.tcp_tw_reuse = 2`.
  private static func parameters(
    _ text: String
  ) -> [String: (content: [UInt8], location: SourceLocation)] {
    var files: [String: (content: [UInt8], location: SourceLocation)] = [:]
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let parts = Substring(line).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      // What sysctl(8) could not read: "sysctl: reading key …".
      guard parts.count == 2, !parts[0].contains(":") else { continue }
      files[ProcSys.path(of: trimmed(parts[0]))] = (
        Array(trimmed(parts[1]).utf8) + [UInt8(ascii: "\n")],
        SourceLocation(path: sysctls, line: index + 1, column: 1)
      )
    }
    return files
  }

  /// The name of PID 1, with which pstree(1) begins: `systemd(1)-+-agetty(812)`, or without
  /// numbers.
  private static func firstProcess(_ text: String) -> String? {
    guard let line = lines(text).first else { return nil }
    let end = line.firstRange(of: "(1)") ?? line.firstRange(of: "-+-") ?? line.firstRange(of: "---")
    return end.map { String(line[..<$0.lowerBound]) }
  }

  func file(_ path: String) -> (content: [UInt8], location: SourceLocation)? { files[path] }

  /// The kind of what a path of such files names.
  func status(_ path: String) -> HostRoot.Status? {
    if let file = files[path] {
      return .init(kind: .regular, device: 0, inode: 0, size: file.content.count)
    }
    return directories.contains(path)
      ? .init(kind: .directory, device: 0, inode: 0, size: 0) : nil
  }

  /// The network namespace that the report is of.
  func namespace(isInitial: Reading<Bool>) -> NamespaceIdentity {
    let why = Unreadable("a report of sos does not tell it")
    return NamespaceIdentity(
      inode: .unavailable(why), name: .unavailable(why), kind: "own",
      isPID1: .value(true, .file(SourceLocation(path: Self.sysctls))), isInitial: isInitial)
  }
}
