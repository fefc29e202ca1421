/// Where one format of the report goes: `--output FORMAT=FILE`.
public struct OutputRequest: Sendable {
  public let format: ReportFormat
  public let destination: Destination

  /// A place for output.
  public enum Destination: Hashable, Sendable {
    case standardOutput
    case file(String)

    /// `-` is standard output.
    public init(path: String) { self = path == "-" ? .standardOutput : .file(path) }
  }

  public init(format: ReportFormat, destination: Destination) {
    self.format = format
    self.destination = destination
  }

  /// Reads `FORMAT=FILE`; the file `-` is standard output.
  public init(parsing argument: String) throws(OutputError) {
    guard let equals = argument.firstIndex(of: "=") else {
      throw OutputError("'\(argument.shown)' has no file; write FORMAT=FILE")
    }
    let name = String(argument[..<equals])
    let path = String(argument[argument.index(after: equals)...])
    guard let format = ReportFormat.named(name) else {
      let names = ReportFormat.all.map(\.name).joined(separator: ", ")
      throw OutputError("format '\(name.shown)' does not exist; there are \(names)")
    }
    guard !path.isEmpty else {
      throw OutputError(
        "'\(argument.shown)' names no file; write \(name)=FILE, or - for standard output")
    }
    if let suffix = format.file?.suffix, path != "-", !path.hasSuffix(suffix) {
      throw OutputError(
        "'\(argument.shown)' would not be read: node_exporter takes files whose names end in"
          + " \(suffix); for other uses redirect --format \(name)")
    }
    self.init(format: format, destination: .init(path: path))
  }

  /// Writes the report, or says in one sentence why not.
  public func deliver(_ report: Report, _ options: RenderOptions) throws(OutputError) {
    let bytes = format.render(report, options)
    try destination.write(bytes, mode: format.file?.mode)
  }
}

/// An output that was asked for and could not be had, as a sentence for the user.
public struct OutputError: Error, Hashable, CustomStringConvertible, Sendable {
  public var description: String

  public init(_ description: String) { self.description = description }
}
