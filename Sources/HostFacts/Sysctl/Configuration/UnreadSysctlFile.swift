internal import CEL

/// A file with assignments that nothing reads.
struct UnreadSysctlFile: Hashable, Sendable {
  var path: String
  /// Why, as a clause.
  var reason: String
  /// Lines that would assign a key that there may be.
  var validAssignments: Int
  /// The first of these lines; the first line of the file where there is none.
  var location: SourceLocation
}

extension UnreadSysctlFile {
  /// A file whose rest systemd does not read.
  init(_ file: SysctlFile, cutAtLine line: Int) {
    path = file.path
    reason = "systemd-sysctl reads no further: line \(line) is longer than 1 MiB"
    validAssignments = 0
    location = SourceLocation(path: file.path, line: line)
  }
}

extension UnreadSysctlFile: FactObject {
  static let typeName = "UnreadSysctlFile"
  static let documentation = "A file with kernel parameters that nothing reads at boot."
  var factOrigin: Origin? { .file(location) }

  static let fields: FactFields<UnreadSysctlFile> = [
    .init("path", \.path, "The file.", key: true),
    .init("reason", \.reason, "Why it is not read, as a clause."),
    .init(
      "valid_assignments", \.validAssignments, "How many lines assign a key that there may be."),
  ]
}
