/// A way to print a report: a file of its own in this module and one line in `all`.
public struct ReportFormat: Sendable {
  /// Name on the command line.
  public let name: String
  /// One line for `--help`.
  public let abstract: String
  /// The report as UTF-8, ending in a newline.
  public let render: @Sendable (Report, RenderOptions) -> [UInt8]

  public static let all: [ReportFormat] = [
    .text,
    .json,
    .sarif,
    .junit,
    .github,
    .markdown,
    .html,
    .baseline,
  ]

  /// The format of that name.
  public static func named(_ name: String) -> ReportFormat? { all.first { $0.name == name } }
}

/// What the reader asked for. Formats for machines take no notice of it.
public struct RenderOptions: Sendable {
  /// Columns of the terminal.
  public var width: Int
  public var style: Style
  public var verbosity: Verbosity

  public init(width: Int = 80, style: Style = .plain, verbosity: Verbosity = .normal) {
    self.width = width
    self.style = style
    self.verbosity = verbosity
  }

  public enum Verbosity: Comparable, Sendable { case quiet, normal, verbose }
}
