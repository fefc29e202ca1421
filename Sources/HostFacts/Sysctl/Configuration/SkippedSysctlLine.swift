internal import CEL

/// A line of a file of sysctl.d(5) that is no assignment. systemd-sysctl and sysctl warn of it and go
/// on; the former fails in the end.
struct SkippedSysctlLine: Hashable, Sendable {
  /// As it is written, without blanks at its ends; of a long one the beginning.
  var text: String
  var location: SourceLocation
}

extension SkippedSysctlLine: FactObject {
  static let typeName = "SkippedSysctlLine"
  static let documentation = """
    A line of a file of sysctl.d(5) that is neither an assignment nor a comment.
    """
  var factOrigin: Origin? { .file(location) }

  static let fields: FactFields<SkippedSysctlLine> = [
    .init("path", \.path, "The file.", key: true),
    .init("line", \.line, "The line, from 1."),
    .init("text", \.text, "As it is written; of a long one the beginning."),
    .init(
      "vendor", \.isVendors, "Whether the file is in `/usr/lib` or `/lib`."),
    .init(
      "names_parameter", \.namesParameter,
      "Whether its first word is what a kernel parameter may be called."),
  ]

  var path: String { location.path }
  var line: Int { location.line ?? 1 }
  var isVendors: Bool { SysctlFile(path: path, content: .nothing(nil)).isVendors }
  var namesParameter: Bool {
    text.split { $0 == " " || $0 == "\t" || $0 == ":" }.first.map { SysctlKey($0).mayExist }
      ?? false
  }
}
